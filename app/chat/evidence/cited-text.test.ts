import { expect, test } from 'vitest';
import type { Citation } from '#server/features/retrieval/context/contract.ts';
import { citedBlocks, citedText } from './cited-text.ts';

const at = (text: string, said: string): Citation => ({
  from: text.indexOf(said),
  to: text.indexOf(said) + said.length,
  ...{ source: 1, kind: 'quote', state: 'verified', path: 'a.ts', line: 1, end_line: 1 },
});

test('numbers, places and quotes of an answer lead to their sources', () => {
  const text = 'As in [1], see src/a.ts:9 and `const port = 3000;` or "for good and all".';
  const citations = ['1', 'src/a.ts:9', 'const port = 3000;', 'for good and all'].map((said) =>
    at(text, said),
  );
  expect(citedText(text, citations)).toBe(
    'As in [1](#cited-0), see [src/a.ts:9](#cited-1) and [`const port = 3000;`](#cited-2) or "[for good and all](#cited-3)".',
  );
});

test('several numbers in one bracket stay apart, and code keeps its own backticks', () => {
  const text = 'Both [1, 2], and ``a `quoted` thing here``.';
  const citations = [at(text, '1'), at(text, '2'), at(text, 'a `quoted` thing here')];
  expect(citedText(text, citations)).toBe(
    'Both [[1](#cited-0), [2](#cited-1)], and [``a `quoted` thing here``](#cited-2).',
  );
});

test('a code block stays as it is, and is known by its text', () => {
  const text = 'Look:\n```ts\nconst port = 3000;\n```\n';
  const citation = { ...at(text, 'const port = 3000;\n') };
  expect(citedText(text, [citation])).toBe(text);
  expect(citedBlocks(text, [citation])).toEqual(new Map([['const port = 3000;', 0]]));
});

test('without citations the text is the same', () => {
  expect(citedText('See [1].', [])).toBe('See [1].');
});
