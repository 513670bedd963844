'use client';

import { Plus } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { Popover } from '#app/_ui/popover.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { CHIP } from './chip.ts';

/** Adds a path that results must lie in, or must not. */
export function PathChip({ onAdd }: { onAdd: (glob: string) => void }) {
  const [open, setOpen] = useState(false);
  const [glob, setGlob] = useState('');
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const text = glob.trim();
    if (text !== '') onAdd(text);
    setGlob('');
    setOpen(false);
  };
  return (
    <Popover
      title="Paths to search"
      align="start"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" aria-label="Add a path" className={CHIP}>
          <Plus size={12} aria-hidden="true" />
          path
        </button>
      }
    >
      <form onSubmit={add} className="flex flex-col gap-3">
        <TextField
          label="Paths to search"
          hint="As in .gitignore: src/** or *.test.ts. A ! in front leaves out."
          mono
          maxLength={500}
          value={glob}
          onChange={(event) => setGlob(event.target.value)}
        />
        <Button look="primary" type="submit" disabled={glob.trim() === ''} className="self-end">
          Add
        </Button>
      </form>
    </Popover>
  );
}
