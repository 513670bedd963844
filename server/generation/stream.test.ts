import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delta } from './generation.ts';
import { createJournal } from './journal.ts';
import { createAnswerStream } from './stream.ts';

const said = (tokenIds: number[], text: string) => ({
  ...{ tokenIds, text },
  ...{ reasoning: '', toolCalls: [], logprobs: [] },
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('createAnswerStream', () => {
  it('sends the first piece at once and 500 tokens a second in 40 deltas a second', () => {
    const deltas: Delta[] = [];
    const stream = createAnswerStream({ base: null, emit: (delta) => deltas.push(delta) });
    for (let token = 1; token <= 1_000; token += 1) {
      stream.push(said([token], `${token} `));
      if (token === 1) expect(deltas).toEqual([{ seq: 1, ...said([1], '1 '), tokens: 1 }]);
      vi.advanceTimersByTime(2);
    }
    stream.flush();
    expect(deltas.length).toBeGreaterThan(70);
    expect(deltas.length).toBeLessThan(85);
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, index) => index + 1));
    expect(deltas.flatMap(({ tokenIds }) => tokenIds)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    );
    expect(stream.after(0).text).toBe(deltas.map(({ text }) => text).join(''));
  });

  it('keeps ids with held-back text for the piece they came with', () => {
    const deltas: Delta[] = [];
    const stream = createAnswerStream({ base: null, emit: (delta) => deltas.push(delta) });
    stream.push(said([1], ''));
    stream.push(said([2], 'ü'));
    stream.flush();
    stream.flush();
    expect(deltas).toEqual([
      { seq: 1, ...said([1], ''), tokens: 1 },
      { seq: 2, ...said([2], 'ü'), tokens: 2 },
    ]);
  });

  it('counts on from an answer that goes on', () => {
    const deltas: Delta[] = [];
    const base = { seq: 7, text: 'so far', reasoning: 'Hm.', tokenIds: [1, 2] };
    const stream = createAnswerStream({ base, emit: (delta) => deltas.push(delta) });
    stream.push(said([3], ', and on'));
    expect(deltas).toEqual([{ seq: 8, ...said([3], ', and on'), tokens: 3 }]);
    expect(stream.soFar()).toEqual({
      ...{ seq: 8, tokenIds: [1, 2, 3] },
      ...{ text: 'so far, and on', reasoning: 'Hm.' },
    });
    expect(stream.after(7)).toEqual({ text: ', and on', reasoning: '', toolCalls: [] });
    expect(stream.after(0)).toEqual({ text: 'so far, and on', reasoning: 'Hm.', toolCalls: [] });
  });
});

describe('createJournal', () => {
  const delta = (seq: number): Delta => ({ seq, ...said([seq], `${seq} `), tokens: seq });

  it('writes 10 to 20 times a second, nothing twice', () => {
    const pieces: Delta[] = [];
    const journal = createJournal({ write: (piece) => pieces.push(piece), failed: () => {} });
    for (let seq = 1; seq <= 80; seq += 1) {
      journal.add(delta(seq));
      vi.advanceTimersByTime(25);
    }
    journal.flush();
    expect(pieces.length).toBeGreaterThanOrEqual(20);
    expect(pieces.length).toBeLessThanOrEqual(40);
    expect(pieces.flatMap(({ tokenIds }) => tokenIds)).toEqual(
      Array.from({ length: 80 }, (_, index) => index + 1),
    );
    expect(pieces.at(-1)).toMatchObject({ seq: 80, tokens: 80 });
  });

  it('writes nothing while nothing is added', () => {
    const pieces: Delta[] = [];
    const journal = createJournal({ write: (piece) => pieces.push(piece), failed: () => {} });
    journal.add(delta(1));
    vi.advanceTimersByTime(10_000);
    expect(pieces).toHaveLength(1);
  });

  it('keeps a piece that could not be written for the next write', () => {
    const pieces: Delta[] = [];
    const failures: unknown[] = [];
    let full = true;
    const journal = createJournal({
      write(piece) {
        if (full) throw new Error('disk full');
        pieces.push(piece);
      },
      failed: (error) => failures.push(error),
    });
    journal.add(delta(1));
    vi.advanceTimersByTime(100);
    full = false;
    journal.add(delta(2));
    journal.flush();
    expect(failures).toHaveLength(1);
    expect(pieces).toEqual([{ seq: 2, ...said([1, 2], '1 2 '), tokens: 2 }]);
  });
});
