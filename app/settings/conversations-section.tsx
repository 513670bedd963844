'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, Upload } from 'lucide-react';
import { useRef } from 'react';
import { API, apiFetch, download } from '#app/_client/api.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { ImportResult } from './import-result.ts';
import { readImportResult } from './import-result.ts';
import { Row, Section } from './section.tsx';

/** Everything out as Markdown, and back in to the same tree. */
export function ConversationsSection() {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const exportAll = useMutation({
    mutationFn: () =>
      download(
        '/chat/export',
        { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' },
        'mlx-code-conversations.zip',
      ),
  });
  const importFile = useMutation({
    mutationFn: async (file: File) => {
      const type = file.name.endsWith('.zip') ? 'application/zip' : 'text/markdown';
      const response = await apiFetch(`${API}/chat/import`, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: file,
      });
      return readImportResult(await response.json());
    },
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Section title="Conversations">
      <Row
        label="Export all"
        hint="A zip of Markdown files that any editor reads and MLX Code restores exactly."
      >
        <Button icon={Download} disabled={exportAll.isPending} onClick={() => exportAll.mutate()}>
          {exportAll.isPending ? 'Exporting…' : 'Export'}
        </Button>
      </Row>
      <Row label="Import" hint="An exported Markdown file or zip. What is here is never overwritten.">
        <input
          ref={input}
          type="file"
          accept=".md,.markdown,.zip"
          aria-label="File to import"
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) importFile.mutate(file);
            event.target.value = '';
          }}
        />
        <Button icon={Upload} disabled={importFile.isPending} onClick={() => input.current?.click()}>
          {importFile.isPending ? 'Importing…' : 'Choose a file'}
        </Button>
      </Row>
      {(importFile.data ?? importFile.error ?? exportAll.error) !== null && (
        <div className="px-4 pb-3">
          {importFile.data !== undefined && <Imported result={importFile.data} />}
          {importFile.error !== null && <ErrorNote error={importFile.error} title="Nothing was imported." />}
          {exportAll.error !== null && <ErrorNote error={exportAll.error} title="Nothing was exported." />}
        </div>
      )}
    </Section>
  );
}

function Imported({ result }: { result: ImportResult }) {
  const { imported, failed } = result;
  return (
    <div role="status" className="text-small">
      <p>
        {imported} {imported === 1 ? 'conversation' : 'conversations'} imported
        {failed.length > 0 && `, ${failed.length} refused:`}
      </p>
      <ul className="mt-1 text-tiny text-bad">
        {failed.map(({ file, message }) => (
          <li key={file} className="break-words">
            {file}: {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
