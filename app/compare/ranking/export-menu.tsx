'use client';

import { Download } from 'lucide-react';
import { download } from '#app/_client/api.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { ExportFormat } from '../compare-api.ts';

const FORMATS: { format: ExportFormat; label: string; hint: string; file: string }[] = [
  { format: 'markdown', label: 'Markdown', hint: 'to read, with the votes', file: 'md' },
  { format: 'csv', label: 'CSV', hint: 'a line for each answer and vote', file: 'csv' },
  { format: 'json', label: 'JSON', hint: 'everything; it can be imported again', file: 'json' },
  { format: 'preferences', label: 'Preference pairs', hint: 'JSONL for training', file: 'jsonl' },
];

/** One comparison, or all of them, as a file. */
export function ExportMenu({ comparisonId }: { comparisonId: string | null }) {
  const save = (format: ExportFormat, file: string) => {
    const query = new URLSearchParams({ format });
    if (comparisonId !== null) query.set('comparison_id', comparisonId);
    const name = comparisonId === null ? 'comparisons' : 'comparison';
    void download(`/compare/export?${query}`, { method: 'GET' }, `${name}.${file}`).catch(notifyError);
  };
  const entries: MenuEntry[] = FORMATS.map(({ format, label, hint, file }) => ({
    label,
    hint,
    run: () => save(format, file),
  }));
  return (
    <Menu
      entries={entries}
      trigger={
        <IconButton
          icon={Download}
          label={comparisonId === null ? 'Export everything' : 'Export this comparison'}
        />
      }
    />
  );
}
