'use client';

import { CircleStop, ArrowUpFromLine } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Model, Resident } from '#server/features/models/contract.ts';
import { useLoad, useUnload } from './queries.ts';

/** Load, cancel the load, or eject. */
export function ModelAction({ model, resident }: { model: Model; resident: Resident | undefined }) {
  const load = useLoad();
  const unload = useUnload();
  if (!model.usable) return null;
  if (resident === undefined || resident.state === 'failed') {
    return (
      <Button
        size="small"
        aria-label={`Load ${model.name}`}
        disabled={load.isPending}
        onClick={() => load.mutate(model.id, { onError: notifyError })}
      >
        {load.isPending ? 'Starting…' : resident === undefined ? 'Load' : 'Load again'}
      </Button>
    );
  }
  const loading = resident.state === 'starting' || resident.state === 'loading';
  return (
    <Button
      size="small"
      icon={loading ? CircleStop : ArrowUpFromLine}
      aria-label={loading ? `Cancel loading ${model.name}` : `Eject ${model.name}`}
      disabled={unload.isPending || resident.state === 'stopping'}
      onClick={() => unload.mutate(model.id, { onError: notifyError })}
    >
      {loading ? 'Cancel' : resident.state === 'stopping' ? 'Ejecting…' : 'Eject'}
    </Button>
  );
}
