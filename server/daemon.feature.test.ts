import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../e2e/daemon.ts';

let home: string;
let daemon: Daemon;
let headers: Record<string, string>;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mlx-code-daemon-'));
  daemon = await startDaemon({ home });
  await signIn();
});
afterAll(async () => {
  await daemon.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

async function signIn(): Promise<void> {
  const token = new URL(daemon.link).hash.replace('#token=', '');
  const plain = { origin: daemon.url, 'x-mlx-code': '1', 'content-type': 'application/json' };
  const answer = await fetch(`${daemon.url}/api/auth/sign-in`, {
    method: 'POST',
    headers: plain,
    body: JSON.stringify({ token }),
  });
  headers = { ...plain, cookie: answer.headers.get('set-cookie')!.split(';')[0]! };
}

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const answer = await fetch(`${daemon.url}/api${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const main = join(import.meta.dirname, 'main.ts');
const run = (...flags: string[]) =>
  spawnSync(process.execPath, [main, ...flags], { encoding: 'utf8', timeout: 20_000 });

describe('the command', () => {
  test('a second daemon on the same data is refused with the process and address of the first', () => {
    const { status, stderr, stdout } = run('--home', home, '--port', '0', '--no-open');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`process ${daemon.pid}`);
    expect(stderr).toContain(daemon.url);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a taken port is refused with --port, and leaves nothing running', () => {
    const other = mkdtempSync(join(tmpdir(), 'mlx-code-daemon-'));
    const { status, stderr } = run('--home', other, '--port', new URL(daemon.url).port, '--no-open');
    expect(status).toBe(1);
    expect(stderr).toMatch(/Port \d+ is taken.*--port/);
    expect(run('--home', other, '--port', new URL(daemon.url).port, '--no-open').stderr).toMatch(/is taken/);
    rmSync(other, { recursive: true, force: true });
  });

  test('--help and a wrong flag answer at once', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--port PORT') });
    expect(run('--prot', '1')).toMatchObject({ status: 1, stderr: expect.stringContaining('--help') });
  });
});

describe('every route, given garbage', () => {
  interface Route {
    method: string;
    path: string;
  }
  let routes: Route[];
  beforeAll(async () => {
    const { body } = await call('GET', '/openapi.json');
    routes = Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
    // Rotating is what it does on any request; it is tested where it may sign everybody out.
    routes = routes.filter(({ path }) => path !== '/api/auth/rotate');
  });

  const word = fc.oneof(
    fc.constantFrom(
      '..',
      '%00',
      '%2e%2e%2f',
      '-1',
      '1e999',
      'null',
      '__proto__',
      '01JD0000000000000000000000',
    ),
    fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((text) => encodeURIComponent(text.toWellFormed()) || 'x'),
    fc.constant('a'.repeat(3000)),
  );
  const body = fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc.constantFrom(
      '',
      '{',
      '[]',
      'null',
      '""',
      '{"__proto__":{"x":1}}',
      '{"constructor":1}',
      '\u0000',
      '[['.repeat(500),
    ),
    fc
      .dictionary(
        fc.constantFrom(
          'text',
          'ids',
          'id',
          'model_id',
          'path',
          'repository',
          'parameters',
          'request_id',
          'token',
          'theme',
        ),
        fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(Number.MAX_VALUE), fc.string({ unit: 'binary' })),
      )
      .map((value) => JSON.stringify(value)),
  );

  test('answers 4xx or does its work, never 5xx, and the daemon lives', { timeout: 240_000 }, async () => {
    expect(routes.length).toBeGreaterThan(20);
    const failures: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(word, { minLength: 1, maxLength: 2 }),
        fc.tuple(word, body),
        async (at, words, [query, sent]) => {
          const route = routes[at % routes.length]!;
          const path = route.path.replace(/\{\w+\}/g, () => words[0]!);
          const answer = await fetch(`${daemon.url}${path}?limit=${query}&after=${query}&cursor=${query}`, {
            method: route.method,
            headers,
            redirect: 'manual',
            ...(route.method === 'GET' ? {} : { body: sent }),
          });
          await answer.arrayBuffer();
          if (answer.status >= 500)
            failures.push(`${route.method} ${path} ${sent.slice(0, 200)} -> ${answer.status}`);
        },
      ),
      { numRuns: 1500, seed: 20261120 },
    );
    expect(failures).toEqual([]);
    expect((await call('GET', '/auth/state')).body).toEqual({ signed_in: true });
    expect(daemon.exitCode).toBeNull();
  });
});

describe('settings', () => {
  test('preferences are kept key by key, told to every tab, and forgotten by null', async () => {
    const socket = io(daemon.url, {
      transports: ['websocket'],
      extraHeaders: { cookie: headers.cookie!, origin: daemon.url },
    });
    await socket.emitWithAck('subscribe', 'settings');
    const told = new Promise((resolve) => socket.once('settings.changed', resolve));
    await call('PATCH', '/settings', { theme: 'dark', accent: 210 });
    expect(await told).toMatchObject({ theme: 'dark', accent: 210 });
    await call('PATCH', '/settings', { accent: null, shortcuts: { stop: ['Esc'] } });
    const { body } = await call('GET', '/settings');
    expect(body.preferences).toMatchObject({ theme: 'dark', shortcuts: { stop: ['Esc'] } });
    expect(body.preferences).not.toHaveProperty('accent');
    socket.disconnect();
  });

  test('a value of another kind or an unknown key changes nothing', async () => {
    const before = (await call('GET', '/settings')).body;
    for (const bad of [{ theme: 'pink' }, { theme: 'light', panelWidth: 'wide' }, { unknown: 1 }]) {
      expect((await call('PATCH', '/settings', bad)).status).toBe(400);
    }
    expect((await call('GET', '/settings')).body).toEqual(before);
  });

  test('the state tells where the data lies and that nothing left this machine', async () => {
    const { body } = await call('GET', '/settings/state');
    expect(body).toMatchObject({ home, egress: { requests: 0, bytes_out: 0, bytes_in: 0 }, notices: [] });
    expect(body.database_bytes).toBeGreaterThan(0);
    expect((await call('GET', '/settings/egress')).body).toEqual({ entries: [] });
    expect((await call('POST', '/settings/notices/nobody/dismiss')).status).toBe(404);
  });
});

test('the log is read over the API, by level and words, without secrets', async () => {
  const { body } = await call('GET', '/logs?level=debug&search=&limit=5000');
  expect(body.last_seq).toBeGreaterThanOrEqual(body.lines.length);
  expect(JSON.stringify(body)).not.toContain(headers.cookie!.split('=')[1]);
  expect((await call('GET', '/logs?level=loud')).status).toBe(400);
  expect((await call('GET', '/logs?search=no-such-words-anywhere')).body.lines).toEqual([]);
});

describe('a death of the daemon', () => {
  test('by SIGTERM ends in order: exit code 0, the lock gone, the next start needs no check', async () => {
    await daemon.kill('SIGTERM');
    expect(daemon.exitCode).toBe(0);
    expect(daemon.log).not.toMatch(/warn|error/);
    expect(() => statSync(join(home, 'daemon.lock'))).toThrow();
    expect(statSync(join(home, 'mlx-code.sqlite.clean')).isFile()).toBe(true);
    await daemon.restart();
    expect((await call('GET', '/auth/state')).body).toEqual({ signed_in: true });
  });

  test('by SIGKILL leaves the cookie, the preferences and a stale lock that the next start takes over', async () => {
    await call('PATCH', '/settings', { theme: 'light' });
    await daemon.kill('SIGKILL');
    expect(statSync(join(home, 'daemon.lock')).isFile()).toBe(true);
    await daemon.restart();
    expect((await call('GET', '/settings')).body.preferences.theme).toBe('light');
  });

  test('with a database that is garbage: the loss is stated until it is dismissed', async () => {
    await daemon.kill('SIGTERM');
    writeFileSync(join(home, 'mlx-code.sqlite'), 'garbage'.repeat(1000));
    await daemon.restart();
    await signIn();
    const { body } = await call('GET', '/settings/state');
    expect(body.notices).toHaveLength(1);
    expect(body.notices[0].message).toMatch(/damaged.*kept as mlx-code\.sqlite\.damaged-/);
    await daemon.restart();
    const { id } = (await call('GET', '/settings/state')).body.notices[0];
    expect((await call('POST', `/settings/notices/${id}/dismiss`)).body).toEqual({ notices: [] });
  });
});
