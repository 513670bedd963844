'use client';

import { Download, RefreshCw } from 'lucide-react';
import { Screen } from '#app/_shell/screen.tsx';
import { showPanel } from '#app/_shell/shell-state.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { Downloads } from './downloads.tsx';
import { Folders } from './folders.tsx';
import { GetModel } from './get-model.tsx';
import { ModelList } from './model-list.tsx';
import { useModels, useRescan } from './queries.ts';
import { ResidentSection } from './resident-section.tsx';

export default function ModelsPage() {
  const { data, error, refetch, isFetching } = useModels();
  const rescan = useRescan();
  return (
    <Screen
      name="Models"
      title={
        <>
          <h1 className="text-heading font-semibold">Models</h1>
          {data !== undefined && (
            <span className="figures truncate text-tiny text-ink-3 max-md:hidden">
              {data.models.length} on this disk
            </span>
          )}
        </>
      }
      actions={
        <>
          <Button icon={Download} onClick={() => showPanel('get')} className="lg:hidden">
            Get a model
          </Button>
          <IconButton
            icon={RefreshCw}
            label={rescan.isPending ? 'Looking through the folders…' : 'Look through the folders again'}
            disabled={rescan.isPending || isFetching}
            onClick={() => rescan.mutate(undefined, { onError: notifyError })}
          />
        </>
      }
      panel={[
        { id: 'get', label: 'Get a model', content: <GetModel /> },
        { id: 'folders', label: 'Folders', content: <Folders /> },
      ]}
    >
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-4xl flex-col gap-4 px-3 py-4 md:px-5">
          <Downloads />
          {error !== null && (
            <ErrorNote
              error={error}
              title="The models could not be listed."
              actions={
                <Button size="small" onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            />
          )}
          {data === undefined && error === null && (
            <p className="py-10 text-center text-ink-2">Reading the disk…</p>
          )}
          {data !== undefined && <ResidentSection list={data} />}
          {data !== undefined && <ModelList list={data} />}
        </div>
      </div>
    </Screen>
  );
}
