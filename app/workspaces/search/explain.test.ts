import { expect, it } from 'vitest';
import { explain } from './explain.ts';

const why = { lexical: 0.62, meaning: null, symbol: 1, path: 0, boosts: [], chief: 'defines' };

it('says each score in words, and that vectors took no part when they did not', () => {
  expect(explain({ why, score: 0.5 }).split('\n')).toEqual([
    'Words 0.62: share of the words, against the best one',
    'Meaning –: vectors took no part',
    'Symbol 1.00: it defines a name of the question',
    'Together 0.50 of the first result',
  ]);
});

it('says every rule that moved a result, and in which direction', () => {
  const boosts = [
    { rule: 'defines shouldRetry', factor: 2 },
    { rule: 'test file', factor: 0.3 },
  ];
  const text = explain({ why: { ...why, meaning: 0.4, path: 0.7, boosts }, score: 1 });
  expect(text).toContain('× 2.00: defines shouldRetry\n× 0.30: test file, so it comes later');
  expect(text).toContain('Meaning 0.40: how near');
  expect(text).toContain("Path 0.70: the file's path");
});

it('does not speak of scores where the text itself was searched', () => {
  expect(explain({ why: { ...why, chief: 'exact' }, score: 1 })).toBe('The text was found as it was typed.');
});
