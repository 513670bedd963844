import { describe, expect, test } from 'vitest';
import type { Message } from '#server/features/chat/contract.ts';
import { canContinue, versionBeside, withMessage } from './path.ts';

const message = (id: string, parent_id: string | null, changes: Partial<Message> = {}): Message => ({
  id,
  conversation_id: 'c',
  parent_id,
  role: 'assistant',
  text: '',
  reasoning: '',
  tool_calls: null,
  context: null,
  citations: null,
  status: 'complete',
  finish_reason: 'stop',
  usage: null,
  timings: null,
  model: null,
  parameters: null,
  dropped: null,
  error: null,
  seed: null,
  record: null,
  replay: null,
  seq: 0,
  interruptions: 0,
  created_at: 0,
  versions: [id],
  ...changes,
});

describe('a message that the daemon tells of', () => {
  const path = [message('a', null), message('b', 'a')];

  test('replaces the copy that is shown', () => {
    expect(withMessage(path, message('a', null, { text: 'new' }))?.map(({ text }) => text)).toEqual([
      'new',
      '',
    ]);
  });

  test('is added below the last one', () => {
    expect(withMessage(path, message('c', 'b'))?.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(withMessage([], message('a', null))?.map(({ id }) => id)).toEqual(['a']);
  });

  test('asks for the path again when it belongs elsewhere', () => {
    expect(withMessage(path, message('x', 'a'))).toBeNull();
  });
});

test.each([
  ['was interrupted', { status: 'interrupted', finish_reason: null }, true],
  ['was stopped', { finish_reason: 'cancelled' }, true],
  ['reached the token limit', { finish_reason: 'length' }, true],
  ['came to its end', { finish_reason: 'stop' }, false],
  ['is being written', { status: 'running', finish_reason: null }, false],
  ['failed', { status: 'failed', finish_reason: 'error' }, false],
] as const)('an answer that %s can be continued: %s', (_, changes, expected) => {
  expect(canContinue(message('a', null, changes))).toBe(expected);
});

test('arrows lead to the versions beside this one, and not beyond the first and the last', () => {
  const second = message('b', null, { versions: ['a', 'b', 'c'] });
  expect([versionBeside(second, -1), versionBeside(second, 1)]).toEqual(['a', 'c']);
  expect(versionBeside(message('a', null), -1)).toBeUndefined();
  expect(versionBeside(message('a', null), 1)).toBeUndefined();
});

test('what was found for a question stays when the answer to its request comes late', () => {
  const asked = { workspace_id: 'w', mentions: [], automatic: true, left_out: [] };
  const found = { sources: [], tokens: 0, dropped: [], nothing_found: true, method: null, note: null };
  const known = message('a', null, { role: 'user', context: { ...asked, found } });
  const late = message('a', null, { role: 'user', text: 'new', context: { ...asked, found: null } });
  expect(withMessage([known], late)).toEqual([{ ...late, context: { ...asked, found } }]);
});
