'use client';

import { formatBytes, formatShort } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import type { Resident } from '#server/features/models/contract.ts';

/** Under a model that holds memory or is about to: how far the load is, or what it runs on. */
export function ResidentLine({ resident }: { resident: Resident }) {
  const { state, stage, fraction, error } = resident;
  if (state === 'starting' || state === 'loading') {
    const percent = Math.round(fraction * 100);
    return (
      <div className="mt-2 flex items-center gap-3 pl-4">
        <Progress label={`Loading: ${stage}`} fraction={fraction} className="max-w-64 flex-1" />
        <span className="figures text-tiny text-ink-2">
          {percent} % <span className="text-ink-3">{stage}</span>
        </span>
      </div>
    );
  }
  if (state === 'failed') {
    return (
      <p className="mt-1 pl-4 text-tiny text-bad text-pretty">{error?.message ?? 'The engine stopped.'}</p>
    );
  }
  return (
    <p className="mt-1 flex flex-wrap gap-x-1.5 pl-4 text-tiny text-ink-2">
      <span className="font-medium text-accent">{WORDS[state]}</span>
      <span className="figures">{facts(resident).join(' · ')}</span>
    </p>
  );
}

const WORDS = { ready: 'loaded', restarting: 'restarting the engine', stopping: 'ejecting' } as const;

function facts(resident: Resident): string[] {
  const { memory_bytes, cache_bytes, dtype, widened, draft_parameters, hosts, active_rows, crashes } =
    resident;
  const known = [formatBytes(memory_bytes - cache_bytes)];
  if (cache_bytes > 0) known.push(`${formatBytes(cache_bytes)} for prompts`);
  if (dtype !== null) known.push(widened === true ? `${dtype} (widened)` : dtype);
  if (draft_parameters !== null) known.push(`draft model of ${formatShort(draft_parameters)}`);
  if (hosts.length > 0) known.push(`runs over ${hosts.length} ranks: ${hosts.join(', ')}`);
  if (active_rows > 0) known.push(`${active_rows} answering`);
  if (crashes > 0) known.push(`${crashes} ${crashes === 1 ? 'crash' : 'crashes'}`);
  return known;
}
