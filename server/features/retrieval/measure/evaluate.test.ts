import { expect, it } from 'vitest';
import type { IndexReader } from '../search/index-reader.ts';
import type { Question } from './asking.ts';
import { bestOf, evaluate, WEIGHTS } from './evaluate.ts';
import { split } from './statistics.ts';

/** A search whose results say only what meaning weighed. */
function readerOf(): IndexReader {
  const ask = async (name: string, _owner: string, input: { vectors?: { weight: number } }) =>
    name === 'gather' ? {} : { results: [{ score: input.vectors?.weight ?? null }] };
  return { ask } as unknown as IndexReader;
}

const vectors = { embedQuery: async () => [1], nearest: async () => [] };

/** A question that is answered first at one weight and fifth at every other. */
function likes(text: string, weight: number): Question {
  return { text, rankOf: ([result]) => (result?.score === weight ? 1 : 5) };
}

async function evaluateAll(questions: Question[], embedder: { id: string; name: string } | null) {
  return evaluate({
    ...{ owner: 'x', reader: readerOf(), vectors, questions, embedder },
    ...{ signal: new AbortController().signal, progress: () => undefined },
  });
}

it('chooses the weight on the tuning part alone, and reports on the rest alone', async () => {
  const texts = Array.from({ length: 100 }, (_, at) => `question ${at}`);
  const tuning = new Set(split(texts).tuning);
  const questions = texts.map((text) => likes(text, tuning.has(text) ? 0.15 : 0.3));
  const { weight, modes, tuned_on, reported_on } = await evaluateAll(questions, { id: 'e', name: 'E' });
  expect({ weight, tuned_on, reported_on }).toEqual({ weight: 0.15, tuned_on: 20, reported_on: 80 });
  // At 0.15 none of the reported questions is answered first, although 0.3 would have answered all.
  expect(modes.map(({ mode, mrr }) => [mode, mrr.value])).toEqual([
    ['lexical', expect.closeTo(0.2)],
    ['hybrid', expect.closeTo(0.2)],
  ]);
});

it('measures words alone without an embedder', async () => {
  const questions = Array.from({ length: 10 }, (_, at) => likes(`question ${at}`, 0.3));
  const { weight, modes, tuning } = await evaluateAll(questions, null);
  expect(weight).toBeNull();
  expect(tuning).toEqual([]);
  expect(modes.map(({ mode }) => mode)).toEqual(['lexical']);
});

it('trusts words more where two weights do equally well', () => {
  expect(bestOf(WEIGHTS.map((weight) => ({ weight, mrr: weight >= 0.1 ? 0.4 : 0.3 })))).toBe(0.1);
});
