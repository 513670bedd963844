'use client';

import { X } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import { Select } from '#app/_ui/select.tsx';
import { Switch } from '#app/_ui/switch.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { showName } from '../show-name.ts';
import { showGraph } from './graph-place.ts';

export interface ImportChoices {
  /** Null: what fits the question. */
  level: 'files' | 'folders' | null;
  folder: string;
  /** As typed. */
  globs: string;
  depth: number;
  tests: boolean;
  shown: 'drawing' | 'list';
}

interface ImportControlsProps {
  choices: ImportChoices & { level: 'files' | 'folders' };
  around: string | null;
  busy: boolean;
  onChange: (change: Partial<ImportChoices>) => void;
}

const DEPTHS = ['1', '2', '3', '4', '5', '6'] as const;

/** What of the imports is drawn. */
export function ImportControls({ choices, around, busy, onChange }: ImportControlsProps) {
  const { level, folder, globs, depth, tests, shown } = choices;
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 py-2.5 md:px-4" aria-busy={busy}>
      <Segmented
        label="Drawn as"
        value={level}
        onChange={(next) => onChange({ level: next })}
        options={[
          { value: 'folders', label: 'Folders' },
          { value: 'files', label: 'Files' },
        ]}
      />
      <Segmented
        label="Shown as"
        value={shown}
        onChange={(next) => onChange({ shown: next })}
        options={[
          { value: 'drawing', label: 'Drawing' },
          { value: 'list', label: 'List' },
        ]}
      />
      <TextField
        label="Only these paths"
        hideLabel
        mono
        placeholder="src/** !**/*.test.ts"
        maxLength={1000}
        className="w-52"
        value={globs}
        onChange={(event) => onChange({ globs: event.target.value })}
      />
      <span className="flex items-center gap-2 text-small">
        <Switch label="Tests too" checked={tests} onChange={(next) => onChange({ tests: next })} />
        <span aria-hidden="true">Tests</span>
      </span>
      {folder !== '' && (
        <Button size="small" onClick={() => onChange({ folder: '', level: 'folders' })}>
          <span className="figures max-w-48 truncate">{showName(folder)}</span>
          <X size={13} aria-hidden="true" />
          <span className="sr-only">Leave this folder</span>
        </Button>
      )}
      {around !== null && (
        <>
          <Button size="small" onClick={() => showGraph({ around: null })}>
            <span className="figures max-w-48 truncate">around {showName(around)}</span>
            <X size={13} aria-hidden="true" />
            <span className="sr-only">Draw everything</span>
          </Button>
          <Select
            label="Imports away"
            value={String(depth)}
            onChange={(next) => onChange({ depth: Number(next) })}
            options={DEPTHS.map((value) => ({ value, label: `${value} away` }))}
          />
        </>
      )}
    </div>
  );
}
