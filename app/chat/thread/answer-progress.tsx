'use client';

import { formatCount } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import type { AnswerState } from '#server/features/chat/contract.ts';

interface AnswerProgressProps {
  state: AnswerState | null;
  tokens: number;
}

/** Where a running answer is, in words, with a bar where there is something to measure. */
export function AnswerProgress({ state, tokens }: AnswerProgressProps) {
  const { words, fraction } = describe(state, tokens);
  return (
    <span role="status" className="flex min-w-0 items-center gap-2 text-tiny text-ink-3">
      <span className="truncate">{words}</span>
      {fraction === null ? null : <Progress label={words} fraction={fraction} className="w-24" />}
    </span>
  );
}

function describe(state: AnswerState | null, tokens: number): { words: string; fraction: number | null } {
  switch (state?.phase) {
    case undefined:
      return { words: 'starting', fraction: null };
    case 'queued':
      return { words: state.position > 0 ? `queued, number ${state.position}` : 'queued', fraction: null };
    case 'searching':
      return { words: 'searching the folder', fraction: null };
    case 'loading':
      return { words: `loading the model ${percent(state.fraction)}`, fraction: state.fraction };
    case 'prefill': {
      const fraction = state.total === 0 ? 0 : (state.done + state.cached) / state.total;
      return {
        words: `reading the prompt ${percent(Math.min(1, fraction))}`,
        fraction: Math.min(1, fraction),
      };
    }
    case 'answering':
      return { words: tokens === 0 ? 'answering' : `${formatCount(tokens)} tokens`, fraction: null };
    case 'restarting':
      return {
        words: `the engine stopped; restarting it (attempt ${state.attempt}). Nothing is lost.`,
        fraction: null,
      };
  }
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
