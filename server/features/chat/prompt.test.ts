import { expect, test } from 'vitest';
import { promptOf, weighPrompt, withoutOldest } from './prompt.ts';

const said = (id: string, role: 'user' | 'assistant', text: string) => ({ id, role, text });
const path = [
  said('a', 'user', 'one'),
  said('b', 'assistant', ''),
  said('c', 'user', 'two'),
  said('d', 'assistant', 'three'),
  said('e', 'user', 'four'),
];

test('a question without an answer is joined with the next, so that roles alternate', () => {
  expect(promptOf('Be brief.', path).map((part) => part.message)).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'one\n\ntwo' },
    { role: 'assistant', content: 'three' },
    { role: 'user', content: 'four' },
  ]);
});

test('what would be dropped is counted in messages of the conversation', () => {
  const count = { tokens: 48, perMessage: [5, 20, 10, 10], textTokens: 0, contextWindow: 50 };
  const weight = weighPrompt(promptOf('Be brief.', path), count, 10);
  expect(weight).toMatchObject({ overflow: true, fits: true, dropped: { messages: 3, tokens: 30 } });
  expect(weight.parts.map((part) => part.dropped)).toEqual([false, true, true, false]);
});

test('an answer that goes on sees the prompt it began with', () => {
  const parts = withoutOldest(promptOf('Be brief.', path), 3);
  expect(parts.map((part) => part.message.content)).toEqual(['Be brief.', 'four']);
});
