'use client';

import { ErrorNote } from '#app/_ui/error-note.tsx';
import { CacheCard } from './cache-card.tsx';
import { DecodeCard } from './decode-card.tsx';
import { FirstTokenCard } from './first-token-card.tsx';
import { ProcessCard } from './process-card.tsx';
import { useHistory, useLiveMetrics } from './use-metrics.ts';

/** The figures of this machine, live while they are on the page. */
export function MetricsCards() {
  const live = useLiveMetrics();
  const { data, error } = useHistory('fine');
  const answers = data?.answers ?? [];
  const lastRate = answers.findLast((answer) => answer.tokens_per_second > 0)?.tokens_per_second ?? null;
  if (error !== null && data === undefined)
    return <ErrorNote error={error} title="The metrics could not be read." />;
  return (
    <>
      <DecodeCard live={live} lastRate={lastRate} />
      <FirstTokenCard answers={answers} />
      <CacheCard answers={answers} />
      {live === undefined ? null : <ProcessCard sample={live.sample} />}
    </>
  );
}
