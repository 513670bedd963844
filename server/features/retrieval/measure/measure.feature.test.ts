import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../../../e2e/daemon.ts';
import { makeTopicRepository } from '../testing/topic-repository.ts';

let home: string;
let folder: string;
let daemon: Daemon;
let headers: Record<string, string>;
let workspace: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mlx-code-measure-'));
  // Below the person's home: only there folders may be opened.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-measured-')));
  makeTopicRepository(folder);
  daemon = await startDaemon({ home });
  await signIn();
  workspace = (await call('POST', '/workspaces', { path: folder })).body.id;
});
afterAll(async () => {
  await daemon.kill('SIGTERM');
  for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
});

async function signIn(): Promise<void> {
  const token = new URL(daemon.link).hash.replace('#token=', '');
  const plain = { origin: daemon.url, 'x-mlx-code': '1', 'content-type': 'application/json' };
  const options = { method: 'POST', headers: plain, body: JSON.stringify({ token }) };
  const answer = await fetch(`${daemon.url}/api/auth/sign-in`, options);
  headers = { ...plain, cookie: answer.headers.get('set-cookie')!.split(';')[0]! };
}

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${daemon.url}/api${path}`, { method, headers, ...sent });
  return { status: answer.status, body: await answer.json() };
}

async function vectorState(): Promise<string> {
  const { status, indexed, vectors } = (await call('GET', `/retrieval/${workspace}/index`)).body;
  return status === 'watching' && indexed.chunks > 0 && vectors.done === indexed.chunks
    ? vectors.status
    : status;
}

async function newest(): Promise<any> {
  return (await call('GET', '/retrieval/measurements')).body.measurements[0];
}

async function isOver(): Promise<any> {
  await expect
    .poll(async () => (await newest()).status, { timeout: 100_000, interval: 200 })
    .toMatch(/done|failed/);
  return newest();
}

describe('a measurement', () => {
  it('on the history of a folder tells how often its files are found, by words and with meaning', async () => {
    await expect.poll(vectorState, { timeout: 60_000, interval: 200 }).toBe('ready');
    const started = await call('POST', '/retrieval/measurements', {
      kind: 'history',
      workspace_id: workspace,
    });
    expect(started.body).toMatchObject({ kind: 'history', workspace_id: workspace, result: null });
    const { status, error, result } = await isOver();
    expect({ status, error }).toEqual({ status: 'done', error: null });
    expect(result).toMatchObject({ tuned_on: 6, reported_on: 24, weight_kept: false });
    expect(result.note).toContain('6 questions');
    expect(result.modes.map(({ mode }: { mode: string }) => mode)).toEqual(['lexical', 'hybrid']);
    for (const { mrr, acc_10: acc } of result.modes) {
      expect(mrr.value).toBeGreaterThan(0.5);
      expect(mrr.low).toBeLessThanOrEqual(mrr.value);
      expect(mrr.value).toBeLessThanOrEqual(mrr.high);
      expect(acc.value).toBeGreaterThanOrEqual(mrr.value);
    }
  });

  it('on Python’s library finds functions by their docstrings, which the index never saw', async () => {
    await call('POST', '/retrieval/measurements', { kind: 'stdlib', with_meaning: false, share: 0.02 });
    const { status, error, result } = await isOver();
    expect({ status, error }).toEqual({ status: 'done', error: null });
    expect(result.corpus.name).toMatch(/^Python 3\.\d+\.\d+ standard library, 2 % of its modules$/);
    expect(result.corpus.files).toBeGreaterThan(3);
    expect(result.modes).toHaveLength(1);
    expect(result.modes[0].mrr.value).toBeGreaterThan(0.2);
    // The questions are real ones: not every one is answered first.
    expect(result.modes[0].acc_1.value).toBeLessThan(1);
    expect(result.tuned_on).toBe(0);
  });

  it('is cancelled, kept in the list, and resumed to its end', async () => {
    const asked = { kind: 'stdlib', with_meaning: false, share: 0.03 };
    const { body } = await call('POST', '/retrieval/measurements', asked);
    await call('POST', `/retrieval/measurements/${body.id}/cancel`);
    expect(await newest()).toMatchObject({ id: body.id, status: 'cancelled', result: null });
    await call('POST', `/retrieval/measurements/${body.id}/resume`);
    expect(await isOver()).toMatchObject({ id: body.id, status: 'done' });
  });

  it('is refused for what cannot be measured, with what to do', async () => {
    const without = await call('POST', '/retrieval/measurements', { kind: 'history' });
    expect(without).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    const unknown = await call('POST', '/retrieval/measurements', {
      ...{ kind: 'history', workspace_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
    });
    expect(unknown.status).toBe(404);
    expect((await call('POST', '/retrieval/measurements/none/cancel')).status).toBe(404);
  });
});
