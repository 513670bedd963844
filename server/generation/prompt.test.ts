import { expect, test } from 'vitest';
import { buildPrompt, fitPrompt, withoutOldest } from './prompt.ts';

const turn = (id: string, role: 'user' | 'assistant', text: string) => ({ id, role, text });
const path = [
  turn('a', 'user', 'one'),
  turn('b', 'assistant', 'two'),
  turn('c', 'user', 'three'),
  turn('d', 'assistant', 'four'),
  turn('e', 'user', 'five'),
];
const count = (perMessage: number[], contextWindow: number) => ({
  tokens: perMessage.reduce((sum, tokens) => sum + tokens, 2),
  perMessage,
  textTokens: 0,
  contextWindow,
});

test('a prompt is the system prompt and the path', () => {
  const parts = buildPrompt('Be brief.', path.slice(0, 1));
  expect(parts.map((part) => part.message)).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'one' },
  ]);
});

test('a question whose answer is empty is joined with the next, so that roles alternate', () => {
  const parts = buildPrompt('', [
    turn('a', 'user', 'one'),
    turn('b', 'assistant', ''),
    turn('c', 'user', 'two'),
  ]);
  expect(parts).toEqual([{ messageIds: ['a', 'c'], message: { role: 'user', content: 'one\n\ntwo' } }]);
});

test('nothing is dropped while the answer has its room', () => {
  const fit = fitPrompt(buildPrompt('S', path), count([5, 10, 10, 10, 10, 10], 100), 40);
  expect(fit).toMatchObject({ tokens: 57, fits: true, dropped: { messages: 0, tokens: 0 } });
});

test('the oldest turns go first, question and answer together, and the system prompt stays', () => {
  const fit = fitPrompt(buildPrompt('S', path), count([5, 10, 10, 10, 10, 10], 80), 40);
  expect(fit).toMatchObject({ tokens: 37, fits: true, dropped: { messages: 2, tokens: 20 } });
  expect(fit.parts.map((part) => part.dropped)).toEqual([false, true, true, false, false, false]);
});

test('the last question is never dropped, even when it does not fit', () => {
  const fit = fitPrompt(buildPrompt('S', path), count([5, 10, 10, 10, 10, 90], 80), 20);
  expect(fit).toMatchObject({ fits: false, dropped: { messages: 4, tokens: 40 } });
  expect(fit.parts.at(-1)?.dropped).toBe(false);
});

test('an answer that goes on sees the prompt it began with', () => {
  const parts = buildPrompt('S', path);
  expect(withoutOldest(parts, 2).flatMap((part) => part.messageIds)).toEqual(['c', 'd', 'e']);
});
