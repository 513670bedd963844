import { expect, it } from 'vitest';
import { fractionOf, paceText, vectorsText } from './index-text.ts';

it('says how fast it goes and how long it takes, as far as that is known', () => {
  expect(paceText({ rate: { files: 320.4, chunks: 1804, lines: 9 }, seconds_left: 12 })).toBe(
    '320 files/s · 1,804 chunks/s · 12 s left',
  );
  expect(paceText({ rate: null, seconds_left: null })).toBe('');
});

it('does not make up a share of what is still counted', () => {
  expect(fractionOf({ done: 3, total: null })).toBeNull();
  expect(fractionOf({ done: 0, total: 0 })).toBe(1);
  expect(fractionOf({ done: 1, total: 4 })).toBe(0.25);
});

it('says that a search without vectors goes by words and symbols, and why vectors failed', () => {
  const vectors = { done: 0, total: 0, embedder: null, chunks_per_second: null, seconds_left: null };
  expect(vectorsText({ ...vectors, status: 'none', error: null })).toMatch(/words and symbols/);
  expect(vectorsText({ ...vectors, status: 'failed', error: 'The model is gone.' })).toBe(
    'The model is gone.',
  );
});
