import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inlineScripts } from './static-ui.ts';
import { type House, openHouse } from './testing/house.ts';

let house: House;
const script = 'console.log("hello");'.repeat(200);

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlx-code-out-'));
  const screens = join(folder, 'out');
  mkdirSync(join(screens, '_next/static/chunks'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(screens, 'index.html'), '<p>chat</p>');
  writeFileSync(join(screens, 'models.html'), '<p>models</p>');
  writeFileSync(join(screens, '404.html'), '<p>nothing here</p>');
  writeFileSync(join(screens, '_next/static/chunks/a-1f.js'), script);
  writeFileSync(join(screens, 'icon.svg'), '<svg/>');
  house = await openHouse({ screens });
});
afterAll(() => house.close());

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** The path goes out as it is, `..` included. */
function get(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: object } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port: house.port, path, method, headers: { ...headers } },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('pages are found with and without a slash, a query and their ending, with the right type', async () => {
  for (const [path, content] of [
    ['/', 'chat'],
    ['/?id=1', 'chat'],
    ['/models', 'models'],
    ['/models/', 'models'],
    ['/models.html?x=1#y', 'models'],
  ] as const) {
    const answer = await get(path);
    expect(answer.status, path).toBe(200);
    expect(answer.body.toString()).toContain(content);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
  }
  expect((await get('/icon.svg')).headers['content-type']).toBe('image/svg+xml');
});

test('hashed files may be kept for ever; an unchanged page costs no bytes', async () => {
  const first = await get('/_next/static/chunks/a-1f.js');
  expect(first.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  const page = await get('/');
  const again = await get('/', { headers: { 'if-none-match': page.headers.etag } });
  expect(again.status).toBe(304);
  expect(again.body).toHaveLength(0);
});

test('files are compressed as the browser asks, and come out the same', async () => {
  const path = '/_next/static/chunks/a-1f.js';
  const plain = await get(path);
  const packed = await get(path, { headers: { 'accept-encoding': 'gzip' } });
  const small = await get(path, { headers: { 'accept-encoding': 'gzip, deflate, br' } });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(gunzipSync(packed.body).toString()).toBe(script);
  expect(brotliDecompressSync(small.body).toString()).toBe(script);
  expect(small.body.length).toBeLessThan(plain.body.length / 4);
  expect(small.headers.vary).toBe('Accept-Encoding');
});

test('HEAD has the headers and no body; other methods do not exist', async () => {
  const head = await get('/', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  expect(head.body).toHaveLength(0);
});

test('no path leads out of the export', async () => {
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/_next/../../secret.txt',
    '/..\\secret.txt',
    '/%00',
    '/%ff%fe',
    '/%',
    '/secret.txt',
    '/etc/passwd',
    '/constructor',
    '/__proto__',
  ]) {
    const answer = await get(path);
    expect(answer.status, path).toBe(404);
    expect(answer.body.toString(), path).toContain('nothing here');
  }
});

test('without an export the page says which command builds it', async () => {
  const bare = await openHouse();
  const answer = await fetch(bare.origin);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('npm start');
  await bare.close();
});

test('inline scripts are named, files are not', () => {
  const html =
    '<script src="/a.js" async></script><script>1</script><script id="x">2</script><script></script>';
  expect(inlineScripts(html)).toHaveLength(2);
});
