import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from './errors.ts';
import { type House, openHouse } from './testing/house.ts';

let house: House;

beforeAll(async () => {
  const programs = new Hono();
  programs.post('/echo', async (c) => c.json({ body: await c.req.text() }));
  programs.get('/broken', () => {
    throw new Error('a secret of the daemon');
  });
  programs.get('/refused', () => {
    throw new AppError('invalid_request', 'No.', { details: { param: 'n' } });
  });
  house = await openHouse({ rooms: [{ programs }] });
});
afterAll(() => house.close());

const post = (headers: Record<string, string> = {}, body = '{}') =>
  fetch(`${house.origin}/v1/echo`, { method: 'POST', headers, body });
const errorOf = async (answer: Response) => ((await answer.json()) as any).error;

describe('a program', () => {
  test('needs neither Origin nor our header, and gets the security headers', async () => {
    const answer = await post();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['the page of another site', { Origin: 'http://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a fetch of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a page of another port', { 'Sec-Fetch-Site': 'same-site' }],
  ])('is no disguise for %s: 403, and no CORS', async (_, headers) => {
    const answer = await post(headers);
    expect(answer.status).toBe(403);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(await errorOf(answer)).toMatchObject({ type: 'permission_error', param: null, code: 'forbidden' });
  });

  test('gets no preflight', async () => {
    const headers = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' };
    const answer = await fetch(`${house.origin}/v1/echo`, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(403);
  });

  test('reads failures in the shape of OpenAI, ours without their inside', async () => {
    const refused = await fetch(`${house.origin}/v1/refused`);
    expect([refused.status, await errorOf(refused)]).toEqual([
      400,
      { message: 'No.', type: 'invalid_request_error', param: 'n', code: 'invalid_request' },
    ]);
    const broken = await fetch(`${house.origin}/v1/broken`);
    const error = await errorOf(broken);
    expect([broken.status, error.type, error.code]).toEqual([500, 'server_error', 'internal']);
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(error.log_id).toMatch(/^\w{26}$/);
    const absent = await fetch(`${house.origin}/v1/nothing`);
    expect([absent.status, (await errorOf(absent)).type]).toEqual([404, 'not_found_error']);
  });

  test('cannot send more than 16 MB', async () => {
    const answer = await post({}, 'x'.repeat(16 * 2 ** 20 + 1));
    expect([answer.status, (await errorOf(answer)).code]).toEqual([413, 'too_large']);
  });

  test('reaches a path that only begins like ours by no other way', async () => {
    expect((await fetch(`${house.origin}/v10/echo`, { method: 'POST', body: '{}' })).status).toBe(403);
  });
});
