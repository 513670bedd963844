'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Select } from '#app/_ui/select.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { EmbedderChoice } from '#server/features/retrieval/embedders/contract.ts';
import { indexApi } from './index-api.ts';

const KEY = ['workspaces', 'embedders'];

/** Which model makes the vectors of code, and what they may weigh against words. */
export function EmbedderForm() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: indexApi.embedders });
  if (error !== null) {
    return (
      <div className="p-3">
        <ErrorNote error={error} title="The embedding models are not known." />
      </div>
    );
  }
  if (data === undefined) return <p className="px-4 py-3 text-small text-ink-3">Reading the models</p>;
  const choose = (id: string) => {
    indexApi.chooseEmbedder(id).then((next) => client.setQueryData(KEY, next), notifyError);
  };
  return (
    <div className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span className="text-small font-medium">Embedding model</span>
        <Select
          label="Embedding model"
          value={data.chosen}
          onChange={choose}
          options={[
            ...data.embedders.map(({ id, name }) => ({ value: id, label: name })),
            { value: 'none', label: 'None: words and symbols only' },
          ]}
        />
      </div>
      <p className="text-tiny text-ink-3 text-pretty">
        {sentence(data)} Another model makes its vectors in the background; a search goes on meanwhile.
      </p>
    </div>
  );
}

function sentence({ chosen, embedders }: EmbedderChoice): string {
  const embedder = embedders.find(({ id }) => id === chosen);
  if (embedder === undefined) return 'Code is searched by words and symbols.';
  const share = `Its vectors weigh ${Math.round(embedder.weight * 100)} % against words`;
  return embedder.measured
    ? `${share}, as a measurement on this machine found best.`
    : `${share}: a careful guess until the index is measured.`;
}
