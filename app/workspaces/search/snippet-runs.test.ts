import { expect, it } from 'vitest';
import { runsOf } from './snippet-runs.ts';

const short = (line: string, tokens: number[], highlights: { from: number; to: number }[]) =>
  runsOf(line, tokens, highlights).map(({ text, color, marked }) => `${text}|${color}${marked ? '*' : ''}`);

it('marks what was found across the colours of the syntax', () => {
  expect(short('return shouldRetry(x)', [6, 1, 1, 0, 11, 4, 3, 0], [{ from: 7, to: 13 }])).toEqual([
    'return|1',
    ' |0',
    'should|4*',
    'Retry|4',
    '(x)|0',
  ]);
});

it('shows a line without colours, with its marks', () => {
  expect(short('plain words', [], [{ from: 6, to: 11 }])).toEqual(['plain |0', 'words|0*']);
});

it('loses no letter when marks or colours are of another text', () => {
  const runs = runsOf(
    'ab',
    [9, 2],
    [
      { from: -3, to: 90 },
      { from: 5, to: 7 },
    ],
  );
  expect(runs.map(({ text }) => text).join('')).toBe('ab');
  expect(runsOf('', [3, 1], [{ from: 0, to: 2 }])).toEqual([]);
});
