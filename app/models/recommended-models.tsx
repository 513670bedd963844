'use client';

import { Button } from '#app/_ui/button.tsx';
import { formatBytes } from '#app/_ui/format.ts';
import { useRecommended } from './queries.ts';

interface RecommendedModelsProps {
  onChoose: (repository: string) => void;
  busy: boolean;
}

/** Five by memory size, dated: this list ages. */
export function RecommendedModels({ onChoose, busy }: RecommendedModelsProps) {
  const { data } = useRecommended();
  if (data === undefined) return null;
  return (
    <section aria-label="Recommended models" className="rounded-card border border-line bg-surface">
      <h2 className="flex items-baseline justify-between gap-2 px-3 pt-3 pb-1 font-medium">
        Recommended <span className="figures text-tiny text-ink-3">as of {data.as_of}</span>
      </h2>
      <ul>
        {data.models.map((model) => (
          <li key={model.repository} className="border-b border-line px-3 py-2.5 last:border-b-0">
            <div className="flex items-center gap-2">
              <p className="min-w-0 flex-1 truncate font-medium">{model.name}</p>
              <Button
                size="small"
                aria-label={`Get ${model.name}`}
                disabled={busy}
                onClick={() => onChoose(model.repository)}
              >
                Get
              </Button>
            </div>
            <p className="figures text-tiny text-ink-2">
              about {formatBytes(model.size_bytes)} <span className="text-ink-3">{model.quantization}</span>
              {!model.fits && (
                <span className="text-bad">
                  {' '}
                  · needs {formatBytes(model.memory_bytes)} memory, does not fit
                </span>
              )}
            </p>
            <p className="mt-1 text-tiny text-ink-2 text-pretty">{model.why}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
