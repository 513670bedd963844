// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import type * as AskedModule from './asked.ts';

const FILE = { kind: 'file', path: 'src/a.ts', line: 3, end_line: 9 } as const;
const SYMBOL = { kind: 'symbol', path: 'src/a.ts', name: 'moveRow', line: 3 } as const;
const FOLDER = { kind: 'folder', path: 'src' } as const;

afterEach(() => localStorage.clear());

/** The module as a page that was just loaded has it. */
async function load(): Promise<typeof AskedModule> {
  vi.resetModules();
  return import('./asked.ts');
}

test('what a draft points at, and what was taken out, is there after the page was loaded again', async () => {
  const before = await load();
  for (const mention of [FILE, SYMBOL, FOLDER]) before.addMention('one', mention);
  before.leaveOut('one', { path: 'src/b.ts', line: 1, end_line: 2 }, true);
  before.addMention(null, FOLDER);
  const after = await load();
  expect(after.readAsked('one')).toEqual({
    mentions: [FILE, SYMBOL, FOLDER],
    left_out: [{ path: 'src/b.ts', line: 1, end_line: 2 }],
  } satisfies AskedModule.Asked);
  expect(after.readAsked(null).mentions).toEqual([FOLDER]);
  expect(after.readAsked('two').mentions).toEqual([]);
  expect(after.readAsked('one')).toBe(after.readAsked('one'));
});

test('nothing of it is kept once it was sent or taken away', async () => {
  const before = await load();
  before.addMention('one', FILE);
  before.addMention('two', SYMBOL);
  before.clearAsked('one');
  before.removeMention('two', SYMBOL);
  expect(localStorage.length).toBe(0);
  expect((await load()).readAsked('one').mentions).toEqual([]);
});

test.each(['no json', 'null', '{"mentions":[{"kind":"odd","path":"a"}],"left_out":[]}', '{"mentions":[]}'])(
  'a kept text that is no draft (%s) is nothing',
  async (text) => {
    localStorage.setItem('mlx-code.asked.one', text);
    expect((await load()).readAsked('one')).toEqual({ mentions: [], left_out: [] });
  },
);
