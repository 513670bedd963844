import { createHash } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, openHouse } from './testing/house.ts';

let house: House;
let changed = 0;

beforeAll(async () => {
  const routes = new OpenAPIHono();
  routes.get('/room/value', (c) => c.json({ changed }));
  routes.post('/room/value', async (c) => {
    await c.req.text();
    changed += 1;
    return c.json({ changed });
  });
  const screens = mkdtempSync(join(tmpdir(), 'mlx-code-screens-'));
  writeFileSync(join(screens, 'index.html'), '<script>self.x=1</script><p>Hello</p>');
  writeFileSync(join(screens, '404.html'), '<p>Nothing here</p>');
  house = await openHouse({ rooms: [{ routes }], screens });
});
afterAll(() => house.close());

/** A request as text: what a browser could not be made to send, too. */
function text(method: string, path: string, headers: Record<string, string | string[]>): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
  return [`${method} ${path} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n');
}

const host = () => `127.0.0.1:${house.port}`;
const signedIn = () => ({ Host: host(), Cookie: house.cookie, Origin: house.origin, 'X-MLX-Code': '1' });
const without = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(signedIn()).filter(([key]) => key !== name));
const status = (answer: string) => Number(answer.split(' ')[1]);

describe('a well-behaved screen', () => {
  test('reads and changes through all three names of loopback', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      const at = `${name}:${house.port}`;
      const before = changed;
      const headers = { ...signedIn(), Host: at, Origin: `http://${at}`, 'Content-Length': '0' };
      expect(status(await house.raw(text('POST', '/api/room/value', headers)))).toBe(200);
      expect(changed).toBe(before + 1);
    }
  });

  test('is reached over IPv6 loopback too', async () => {
    const answer = await fetch(`http://[::1]:${house.port}/api/auth/state`);
    expect(await answer.json()).toEqual({ signed_in: false });
  });
});

describe('a request from elsewhere is refused and changes nothing', () => {
  const hostile: [title: string, method: string, headers: () => Record<string, string | string[]>][] = [
    ['a rebound name', 'POST', () => ({ ...signedIn(), Host: `evil.example:${house.port}` })],
    ['the right host at another port', 'POST', () => ({ ...signedIn(), Host: '127.0.0.1:1' })],
    ['the right host without its port', 'POST', () => ({ ...signedIn(), Host: '127.0.0.1' })],
    ['a host that only starts like ours', 'POST', () => ({ ...signedIn(), Host: `${host()}.evil.example` })],
    ['two hosts', 'POST', () => ({ ...signedIn(), Host: [host(), 'evil.example'] })],
    [
      'a forwarded host',
      'POST',
      () => ({
        ...signedIn(),
        Host: 'evil.example',
        'X-Forwarded-Host': host(),
        Forwarded: `host=${host()}`,
      }),
    ],
    ['Origin null', 'POST', () => ({ ...signedIn(), Origin: 'null' })],
    ['another origin', 'POST', () => ({ ...signedIn(), Origin: 'http://evil.example' })],
    ['our origin at another port', 'POST', () => ({ ...signedIn(), Origin: 'http://127.0.0.1:1' })],
    [
      'an origin that only starts like ours',
      'POST',
      () => ({ ...signedIn(), Origin: `${house.origin}.evil.example` }),
    ],
    ['https of our origin', 'POST', () => ({ ...signedIn(), Origin: `https://${host()}` })],
    ['no origin', 'POST', () => without('Origin')],
    [
      'the origin of another of our names',
      'POST',
      () => ({ ...signedIn(), Origin: `http://localhost:${house.port}` }),
    ],
    ['another origin that only reads', 'GET', () => ({ ...signedIn(), Origin: 'http://evil.example' })],
    ['a cross-site fetch', 'POST', () => ({ ...signedIn(), 'Sec-Fetch-Site': 'cross-site' })],
    ['a same-site fetch from another port', 'POST', () => ({ ...signedIn(), 'Sec-Fetch-Site': 'same-site' })],
    [
      'a cross-site read',
      'GET',
      () => ({ Host: host(), Cookie: house.cookie, 'Sec-Fetch-Site': 'cross-site' }),
    ],
    ['no X-MLX-Code header', 'POST', () => without('X-MLX-Code')],
    [
      'a preflight',
      'OPTIONS',
      () => ({ Host: host(), Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' }),
    ],
  ];
  for (const [title, method, headers] of hostile) {
    test(`${title}: 403`, async () => {
      const before = changed;
      const answer = await house.raw(
        text(method, '/api/room/value', { ...headers(), 'Content-Length': '0' }),
      );
      expect(status(answer)).toBe(403);
      expect(answer).not.toMatch(/access-control-allow/i);
      expect(changed).toBe(before);
    });
  }

  test('no Host at all: 400 from the parser or 403 from the door', async () => {
    expect([400, 403]).toContain(status(await house.raw(text('GET', '/', {}))));
  });

  test('screens are refused to a rebound name as well', async () => {
    expect(status(await house.raw(text('GET', '/', { Host: 'evil.example' })))).toBe(403);
  });

  test('a whole address or a network path in place of a path: 400', async () => {
    for (const path of ['http://evil.example/', '//evil.example/']) {
      expect(status(await house.raw(text('GET', path, { Host: host() })))).toBe(400);
    }
  });
});

describe('who is not signed in', () => {
  const guesses: [string, () => string | undefined][] = [
    ['no cookie', () => undefined],
    ['a made-up cookie', () => `mlx_code_${house.port}=${'A'.repeat(43)}`],
    ['the cookie under the name of another port', () => house.cookie.replace(/^\w+/, 'mlx_code_1')],
    ['an empty cookie', () => `mlx_code_${house.port}=`],
  ];
  for (const [title, cookie] of guesses) {
    test(`${title}: 401 on reads and changes, known and unknown paths`, async () => {
      const before = changed;
      const value = cookie();
      const headers = {
        ...without('Cookie'),
        ...(value === undefined ? {} : { Cookie: value }),
        'Content-Length': '0',
      };
      for (const [method, path] of [
        ['POST', '/api/room/value'],
        ['GET', '/api/room/value'],
        ['GET', '/api/openapi.json'],
        ['GET', '/api/nothing'],
        ['GET', '/api'],
      ] as const) {
        expect(status(await house.raw(text(method, path, headers)))).toBe(401);
      }
      expect(changed).toBe(before);
    });
  }

  test('sees the screens, which show how to sign in', async () => {
    expect(status(await house.raw(text('GET', '/', { Host: host() })))).toBe(200);
  });
});

describe('upgrades and polls of the socket', () => {
  const upgrade = (headers: Record<string, string>) =>
    house.raw(
      text('GET', '/socket.io/?EIO=4&transport=websocket', {
        ...headers,
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      }).replace('Connection: close', 'Connection: Upgrade'),
    );

  test('an upgrade from another origin, with Origin null or none: 403', async () => {
    for (const Origin of ['http://evil.example', 'null', `http://127.0.0.1:1`]) {
      expect(status(await upgrade({ Host: host(), Cookie: house.cookie, Origin }))).toBe(403);
    }
    expect(status(await upgrade({ Host: host(), Cookie: house.cookie }))).toBe(403);
  });

  test('an upgrade at a rebound name: 403', async () => {
    const headers = { Host: 'evil.example', Cookie: house.cookie, Origin: 'http://evil.example' };
    expect(status(await upgrade(headers))).toBe(403);
  });

  test('an upgrade that is not signed in: refused', async () => {
    const answer = await upgrade({ Host: host(), Origin: house.origin });
    expect(status(answer)).toBeGreaterThanOrEqual(400);
    expect(answer).not.toContain('101 Switching');
  });

  test('an upgrade of any other path ends', async () => {
    const answer = await house.raw(
      text('GET', '/api/room/value', { ...signedIn(), Upgrade: 'websocket' }).replace('close', 'Upgrade'),
    );
    expect(answer).not.toContain('101');
  });

  test('a poll from another site or a rebound name, signed in or not: refused', async () => {
    const poll = '/socket.io/?EIO=4&transport=polling';
    const cookie = { Cookie: house.cookie };
    const hostile: Record<string, string>[] = [
      { Host: host(), ...cookie, Origin: 'http://evil.example' },
      { Host: host(), ...cookie, 'Sec-Fetch-Site': 'cross-site' },
      { Host: 'evil.example', ...cookie },
      { Host: host() },
    ];
    for (const headers of hostile) {
      expect(status(await house.raw(text('GET', poll, headers)))).toBe(403);
      expect(status(await house.raw(text('POST', poll, { ...headers, 'Content-Length': '0' })))).toBe(403);
    }
  });
});

describe('caps', () => {
  const post = (body: string, more: Record<string, string> = {}) =>
    house.raw(
      text('POST', '/api/room/value', {
        ...signedIn(),
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(body)),
        ...more,
      }) + body,
    );

  test('a body that says it is over 16 MB: 413 before it is read', async () => {
    expect(status(await post('{}', { 'Content-Length': String(17 * 2 ** 20) }))).toBe(413);
  });

  test('a chunked body that grows over 16 MB: 413', async () => {
    const before = changed;
    const answer = await fetch(`${house.origin}/api/room/value`, {
      method: 'POST',
      headers: house.headers,
      body: new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(2 ** 20));
        },
      }),
      duplex: 'half',
    } as RequestInit).then(
      (response) => response.status,
      () => 413, // The daemon hung up while we were still sending.
    );
    expect(answer).toBe(413);
    expect(changed).toBe(before);
  });

  test('headers over 16 KB, a path over 8 KB, over a hundred parameters: 413', async () => {
    expect(status(await house.raw(text('GET', '/', { Host: host(), 'X-Long': 'a'.repeat(20_000) })))).toBe(
      413,
    );
    expect(status(await house.raw(text('GET', `/${'a'.repeat(9000)}`, { Host: host() })))).toBe(413);
    expect(status(await house.raw(text('GET', `/?${'a&'.repeat(200)}`, { Host: host() })))).toBe(413);
  });

  test('JSON nested 33 deep: 400; 32 deep passes; brackets in texts do not count', async () => {
    expect(status(await post('['.repeat(33) + ']'.repeat(33)))).toBe(400);
    expect(status(await post('['.repeat(200_000)))).toBe(400);
    expect(status(await post('['.repeat(32) + ']'.repeat(32)))).toBe(200);
    expect(status(await post(JSON.stringify({ text: '[{"'.repeat(1000) })))).toBe(200);
  });

  test('bytes that are no HTTP get 400 and the daemon lives', async () => {
    expect(status(await house.raw('\x00\x01\x02 nonsense\r\n\r\n'))).toBe(400);
    expect(status(await house.raw(text('GET', '/', { Host: host() })))).toBe(200);
  });
});

describe('every response carries the policy', () => {
  const cases: [title: string, path: string, headers: () => Record<string, string>, expected: number][] = [
    ['a page', '/', () => ({ Host: host() }), 200],
    ['a missing page', '/nothing', () => ({ Host: host() }), 404],
    ['an answer of the API', '/api/room/value', () => signedIn(), 200],
    ['an API address that is not there', '/api/nothing', () => signedIn(), 404],
    ['a refusal to sign in', '/api/room/value', () => ({ Host: host() }), 401],
    ['a refusal at the door', '/', () => ({ Host: 'evil.example' }), 403],
    ['a poll', '/socket.io/?EIO=4&transport=polling', () => signedIn(), 200],
    ['headers that are too large', '/', () => ({ Host: host(), 'X-Long': 'a'.repeat(20_000) }), 413],
  ];
  for (const [title, path, headers, expected] of cases) {
    test(title, async () => {
      const answer = await house.raw(text('GET', path, headers()));
      expect(status(answer)).toBe(expected);
      const policy = /^content-security-policy: (.*)$/im.exec(answer)?.[1] ?? '';
      for (const part of [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data: blob:",
        "form-action 'self'",
      ]) {
        expect(policy).toContain(part);
      }
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
      expect(answer).toMatch(/^referrer-policy: no-referrer\r$/im);
      expect(answer).toMatch(/^cross-origin-opener-policy: same-origin\r$/im);
      expect(answer).toMatch(/^cross-origin-resource-policy: same-origin\r$/im);
      expect(answer).not.toMatch(/^access-control-/im);
    });
  }

  test('a page allows its own inline scripts by hash, and nothing else does', async () => {
    const page = await house.raw(text('GET', '/', { Host: host() }));
    const listed = /script-src 'self' ('sha256-[^']+')/.exec(page)?.[1];
    expect(listed).toBe(`'sha256-${createHash('sha256').update('self.x=1').digest('base64')}'`);
    expect(await house.raw(text('GET', '/api/room/value', signedIn()))).not.toContain('sha256-');
  });
});
