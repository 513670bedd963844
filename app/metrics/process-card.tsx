'use client';

import { Card } from '#app/_ui/card.tsx';
import { formatBytes } from '#app/_ui/format.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { EngineMetrics, MetricsSample } from '#server/features/metrics/contract.ts';
import { Figure } from './figure.tsx';
import { useModelNames } from './use-metrics.ts';

/** What the processes really hold: the daemon's, and each engine's with MLX's own count. */
export function ProcessCard({ sample }: { sample: MetricsSample }) {
  const nameOf = useModelNames();
  const total = sample.models.reduce((sum, one) => sum + (one.process_bytes ?? 0), sample.daemon_bytes);
  return (
    <Card
      title="Processes"
      figure={
        <Figure
          value={formatBytes(total)}
          unit="resident"
          meaning="Memory of the daemon and the engines as the system counts it"
        />
      }
    >
      <dl className="mt-1.5 flex flex-col gap-1 text-small">
        <Row name="Daemon" value={sample.daemon_bytes} />
        {sample.models.map((engine) => (
          <Engine key={engine.model_id} engine={engine} name={nameOf(engine.model_id)} />
        ))}
      </dl>
    </Card>
  );
}

function Engine({ engine, name }: { engine: EngineMetrics; name: string }) {
  const { process_bytes, active_bytes, peak_bytes, cache_bytes } = engine;
  return (
    <>
      <Row name={name} value={process_bytes} />
      {active_bytes === null ? null : (
        <div>
          <dt className="sr-only">MLX in {name}</dt>
          <dd>
            <dl className="grid grid-cols-3 gap-2 pl-3 text-tiny text-ink-3">
              <Count name="MLX active" bytes={active_bytes} meaning="Arrays that MLX holds now" />
              <Count name="peak" bytes={peak_bytes} meaning="The most that MLX ever held in this engine" />
              <Count
                name="cache"
                bytes={cache_bytes}
                meaning="Freed arrays that MLX keeps for the next ones"
              />
            </dl>
          </dd>
        </div>
      )}
    </>
  );
}

function Count({ name, bytes, meaning }: { name: string; bytes: number | null; meaning: string }) {
  return (
    <Tooltip text={meaning}>
      <div>
        <dt>{name}</dt>
        <dd className="figures whitespace-nowrap">{formatBytes(bytes ?? 0)}</dd>
      </div>
    </Tooltip>
  );
}

function Row({ name, value }: { name: string; value: number | null }) {
  return (
    <div className="flex justify-between gap-2">
      <dt className="min-w-0 truncate text-ink-2">{name}</dt>
      <dd className="figures shrink-0">{value === null ? '–' : formatBytes(value)}</dd>
    </div>
  );
}
