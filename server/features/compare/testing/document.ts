import { ulid } from 'ulid';
import type { ComparisonRecord } from '../transfer/document.ts';
import { FORMAT } from '../transfer/document.ts';

interface Wanted {
  /** The texts of each turn, one a contestant; null for an answer that failed. */
  texts: (string | null)[][];
  blind?: boolean;
  kind?: 'live' | 'run';
  tags?: string[];
  names?: string[];
}

/** A comparison as an export holds it: what needs no model to be judged. */
export function comparisonOf({
  texts,
  blind = true,
  kind = 'live',
  tags = [],
  names = [],
}: Wanted): ComparisonRecord {
  const contestants = (texts[0] ?? []).map((_, at) => ({
    ...{ id: ulid(), model_id: `model-${at}`, model_name: names[at] ?? `Model ${at}`, adapter: null },
    ...{ system_prompt: '', parameters: { temperature: at / 10 }, label: '' },
  }));
  return {
    ...{
      id: ulid(),
      title: 'A comparison',
      kind,
      blind,
      fair_timing: true,
      shuffle_seed: 'seed',
      history: [],
    },
    ...{ created_at: 1_700_000_000_000, updated_at: 1_700_000_000_000, contestants },
    turns: texts.map((row, index) => ({
      ...{ id: ulid(), index, prompt: `Prompt ${index}`, system_prompt: '', tags, checks: [] },
      ...{ revealed_at: null, created_at: 1_700_000_000_000, votes: [] },
      answers: row.map((text, at) => answerOf(text, { at, contestantId: contestants[at]!.id })),
    })),
  };
}

export function documentOf(...comparisons: ComparisonRecord[]): string {
  return JSON.stringify({ format: FORMAT, version: 1, comparisons });
}

function answerOf(text: string | null, { at, contestantId }: { at: number; contestantId: string }) {
  const failed = text === null;
  return {
    ...{ id: ulid(), contestant_id: contestantId, letter: String.fromCharCode(65 + at), text: text ?? '' },
    ...{ reasoning: '', status: failed ? ('failed' as const) : ('complete' as const) },
    finish_reason: failed ? ('error' as const) : ('stop' as const),
    error: failed ? { code: 'model_invalid', message: `model-${at} is damaged.` } : null,
    usage: { prompt_tokens: 10, completion_tokens: 5 + at, cached_tokens: 0 },
    timings: { first_token: 0.1, prefill: 0.05, decode: 0.5, tokens_per_second: 10 + at, load: 0 },
    ...{ memory_bytes: 1_000_000 + at, alone: true, checks: null, seed: 7, model_hash: `hash-${at}` },
  };
}
