'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { Dialog } from '#app/_ui/dialog.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { toApiError } from '#app/_client/api-error.ts';
import { compareApi } from '../compare-api.ts';
import { keys } from '../use-comparison.ts';

interface RenameDialogProps {
  id: string;
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function RenameDialog({ id, title, open, onOpenChange }: RenameDialogProps) {
  const client = useQueryClient();
  const [name, setName] = useState(title);
  const rename = useMutation({
    mutationFn: () => compareApi.rename(id, name.trim()),
    onSuccess: async () => {
      onOpenChange(false);
      await client.invalidateQueries({ queryKey: keys.list });
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Rename the comparison"
      actions={
        <Button
          look="primary"
          disabled={name.trim() === '' || rename.isPending}
          onClick={() => rename.mutate()}
        >
          Rename
        </Button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') rename.mutate();
        }}
      >
        <TextField
          label="Title"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
          problem={rename.isError ? toApiError(rename.error).message : null}
        />
      </form>
    </Dialog>
  );
}
