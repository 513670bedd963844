import { expect, it } from 'vitest';
import { cellsOf, tabulate, type VoteCount } from './vote-table.ts';

const vote: VoteCount = { first: 'b', second: 'a', outcome: 'first', votes: 3 };

it('votes of one pair, one order of sides and one outcome add up', () => {
  const table = tabulate([
    vote,
    { ...vote, outcome: 'both_bad', votes: 1 },
    vote,
    { ...vote, first: 'a', second: 'b' },
  ]);
  expect(table.ids).toEqual(['a', 'b']);
  expect(cellsOf(table)).toEqual([
    { left: 0, right: 1, first: 3, second: 0, ties: 0, bothBad: 0 },
    { left: 1, right: 0, first: 6, second: 0, ties: 0, bothBad: 1 },
  ]);
});

it('contestants without votes have a place', () => {
  expect(tabulate([], ['z', 'a', 'z']).ids).toEqual(['a', 'z']);
});

it.each([
  ['a contestant against itself', { ...vote, second: 'b' }, 'b cannot be compared with itself.'],
  ['half a vote', { ...vote, votes: 0.5 }, '0.5 is not a number of votes.'],
  ['votes below nothing', { ...vote, votes: -1 }, '-1 is not a number of votes.'],
  ['no number', { ...vote, votes: Number.NaN }, 'NaN is not a number of votes.'],
  [
    'an outcome nobody knows',
    { ...vote, outcome: 'maybe' as VoteCount['outcome'] },
    'A vote cannot be "maybe".',
  ],
])('%s is refused with the reason', (_title, bad, message) => {
  expect(() => tabulate([vote, bad])).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
});

it('more contestants than can be ranked are refused', () => {
  const ids = Array.from({ length: 101 }, (_, at) => `model-${at}`);
  expect(() => tabulate([], ids)).toThrow('A ranking holds up to 100 contestants.');
});
