import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchPart } from './part.ts';

const reload = vi.fn();
let answers: boolean[] = [];

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal('location', { reload });
  vi.stubGlobal('fetch', async () => {
    if (answers.shift() === false) throw new TypeError('Failed to fetch');
    return { ok: true };
  });
  reload.mockClear();
});

afterEach(() => vi.unstubAllGlobals());

function failing(times: number): () => Promise<string> {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new Error('Failed to load chunk');
    return 'part';
  };
}

test('a part that could not be fetched while the daemon was away comes when it is back', async () => {
  answers = [false];
  expect(await fetchPart(failing(1))).toBe('part');
  expect(reload).not.toHaveBeenCalled();
});

test('a part that the browser does not ask for again loads the page again, once', async () => {
  answers = [];
  void fetchPart(failing(2));
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce(), { timeout: 15_000 });
  await expect(fetchPart(failing(2))).rejects.toThrow('Failed to load chunk');
  expect(reload).toHaveBeenCalledOnce();
});
