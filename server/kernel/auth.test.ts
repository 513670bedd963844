import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuth } from './auth.ts';
import { type House, openHouse } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const tokenOf = (link: string) => new URL(link).hash.replace('#token=', '');
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${house.origin}/api${path}`, {
    method: 'POST',
    headers: { ...house.headers, ...headers },
    body: JSON.stringify(body),
  });
const isSignedIn = async (cookie: string) =>
  ((await (await fetch(`${house.origin}/api/auth/state`, { headers: { cookie } })).json()) as any).signed_in;

describe('signing in', () => {
  test('the printed link works once and gives a host-only, strict, script-proof cookie', async () => {
    const token = tokenOf(house.auth.createLink());
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const first = await post('/auth/sign-in', { token }, { cookie: '' });
    expect(first.status).toBe(200);
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(new RegExp(`^mlx_code_${house.port}=[\\w-]{43}; `));
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
    expect(cookie).not.toContain('Domain');
    expect(await isSignedIn(cookie.split(';')[0]!)).toBe(true);
    const second = await post('/auth/sign-in', { token }, { cookie: '' });
    expect(second.status).toBe(401);
    expect(second.headers.get('set-cookie')).toBeNull();
  });

  test('after five wrong tokens even a right one waits: 429 with Retry-After', async () => {
    for (let guess = 0; guess < 5; guess += 1) {
      expect((await post('/auth/sign-in', { token: `wrong-${guess}` })).status).toBe(401);
    }
    const answer = await post('/auth/sign-in', { token: tokenOf(house.auth.createLink()) });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(((await answer.json()) as any).error.code).toBe('rate_limited');
  });

  test('a browser that is signed in makes a link for another', async () => {
    const { link } = (await (await post('/auth/links', {})).json()) as any;
    expect(link).toMatch(new RegExp(`^${house.origin}/#token=`));
    expect((await post('/auth/sign-in', { token: tokenOf(link) })).status).toBe(200);
  });

  test('neither cookies nor tokens lie in the database', () => {
    const rows = JSON.stringify(house.database.user.$client.prepare('select * from auth_sessions').all());
    expect(rows).not.toContain(house.cookie.split('=')[1]);
  });

  test('a cookie outlives a restart of the daemon', () => {
    const after = createAuth({ database: house.database, port: () => house.port });
    expect(after.session(house.cookie)).toBeDefined();
  });

  test('a sign-in that was not used for ninety days has ended', () => {
    house.database.user.$client
      .prepare('update auth_sessions set last_seen_at = ?')
      .run(Date.now() - 91 * 86_400_000);
    const after = createAuth({ database: house.database, port: () => house.port });
    expect(after.session(house.cookie)).toBeUndefined();
  });
});

describe('rotating', () => {
  test('ends every other sign-in, every link and every socket at once; this browser stays', async () => {
    const other = house.auth.signIn(tokenOf(house.auth.createLink()), 'other').split(';')[0]!;
    const link = house.auth.createLink();
    const socket = io(house.origin, {
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: { cookie: other, origin: house.origin },
    });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const ended = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
    const answer = await post('/auth/rotate', {});
    await ended;
    const fresh = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await isSignedIn(other)).toBe(false);
    expect(await isSignedIn(house.cookie)).toBe(false);
    expect(await isSignedIn(fresh)).toBe(true);
    expect((await post('/auth/sign-in', { token: tokenOf(link) })).status).toBe(401);
  });
});
