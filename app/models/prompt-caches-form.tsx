'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatBytes } from '#app/_ui/format.ts';
import { NumberField } from '#app/_ui/number-field.tsx';
import { Switch } from '#app/_ui/switch.tsx';
import { notify } from '#app/_ui/toast.ts';
import type { PromptCachesChange } from '#server/features/models/contract.ts';
import { modelsApi } from './api.ts';

const KEY = ['models', 'prompt-caches'];
const GIGABYTE = 1e9;
const routes = modelsApi['prompt-caches'];

/** Whether prompts stay on this disk, how much of it they may take, and the way to be rid of them. */
export function PromptCachesForm() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: async () => (await routes.$get()).json() });
  const change = useMutation({
    mutationFn: async (json: PromptCachesChange) => (await routes.$patch({ json })).json(),
    onSuccess: (caches) => client.setQueryData(KEY, caches),
  });
  const clear = useMutation({
    mutationFn: async () => (await routes.clear.$post()).json(),
    onSuccess: ({ freed_bytes, ...caches }) => {
      client.setQueryData(KEY, caches);
      notify(`${formatBytes(freed_bytes)} of prompts deleted`);
    },
  });
  const failure = error ?? change.error ?? clear.error;
  return (
    <>
      {data === undefined ? null : (
        <>
          <Row
            label="Keep prompts on this disk"
            hint="Long conversations then need not be read again after a restart. The files hold what was written, and never leave this machine. Loaded models leave memory when this changes."
          >
            <Switch
              label="Keep prompts on this disk"
              checked={data.keep}
              disabled={change.isPending}
              onChange={(keep) => change.mutate({ keep })}
            />
          </Row>
          {data.keep ? (
            <Row
              label="At most, in GB"
              hint="The least recently used go first. Empty: 8.6 GB, and never more than a tenth of the free disk."
            >
              <NumberField
                label="At most, in GB"
                value={data.limit_bytes === null ? null : data.limit_bytes / GIGABYTE}
                min={0.1}
                max={10_000}
                step={1}
                placeholder="default"
                onCommit={(gigabytes) =>
                  change.mutate({
                    limit_bytes: gigabytes === null ? null : Math.round(gigabytes * GIGABYTE),
                  })
                }
              />
            </Row>
          ) : null}
          <Row
            label="On this disk now"
            hint="A conversation that is deleted takes its own with it after 30 days."
          >
            <span className="figures text-tiny">{formatBytes(data.bytes)}</span>
            <Button
              size="small"
              disabled={clear.isPending || data.bytes === 0}
              onClick={() => clear.mutate()}
            >
              Clear now
            </Button>
          </Row>
        </>
      )}
      {failure === null ? null : (
        <div className="px-4 py-3">
          <ErrorNote error={failure} title="Nothing was changed." />
        </div>
      )}
    </>
  );
}

function Row({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-[1_1_220px]">
        <p className="font-medium">{label}</p>
        <p className="mt-0.5 text-tiny text-ink-3 text-pretty">{hint}</p>
      </div>
      {children}
    </div>
  );
}
