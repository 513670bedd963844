'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useRef } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notify, notifyError } from '#app/_ui/toast.ts';
import { compareApi } from '../compare-api.ts';

/** Brings back what was exported as JSON; what is here already stays as it is. */
export function ImportButton() {
  const client = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const bring = useMutation({
    mutationFn: (file: File) => compareApi.import(file),
    onSuccess: async ({ comparisons, votes, problems }) => {
      await client.invalidateQueries({ queryKey: ['compare'] });
      const left =
        problems.length === 0 ? '' : ` ${problems.length} could not be read: ${problems[0]?.message}`;
      notify(`${comparisons} comparisons and ${votes} votes were imported.${left}`);
    },
    onError: notifyError,
  });
  return (
    <>
      <input
        ref={field}
        type="file"
        accept=".json,application/json"
        aria-label="File to import"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file !== undefined) bring.mutate(file);
        }}
      />
      <IconButton
        icon={Upload}
        label={bring.isPending ? 'Importing' : 'Import an export'}
        disabled={bring.isPending}
        onClick={() => field.current?.click()}
      />
    </>
  );
}
