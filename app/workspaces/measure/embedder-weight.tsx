import Link from 'next/link';
import type { Measurements } from './measure-api.ts';

/** What meaning weighs in searches at present, and since when it may. */
export function EmbedderWeight({ embedder }: Pick<Measurements, 'embedder'>) {
  return (
    <p className="border-t border-line pt-3 text-small text-ink-2 text-pretty">
      {embedder === null ? (
        'No embedding model is chosen: searches go by words and symbols. '
      ) : (
        <>
          Meaning by {embedder.name} weighs{' '}
          <span className="figures text-tiny text-ink">{embedder.weight.toFixed(2)}</span> in searches, of at
          most <span className="figures text-tiny">0.30</span>:{' '}
          {embedder.measured ? 'what it earned in a measurement.' : 'it was not measured yet.'}{' '}
        </>
      )}
      <Link href="/settings" prefetch={false} className="text-accent underline">
        Choose the embedding model
      </Link>
    </p>
  );
}
