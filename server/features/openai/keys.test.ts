import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guideSmall } from '#server/worker/testing/engines.ts';
import { createKeys } from './keys.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

// No model is loaded here: who may come in is decided before.
let room: OpenRoom;

beforeEach(async () => {
  room = await openRoom([modelEntry('guide-small', guideSmall.path)]);
});
afterEach(() => room.close());

const models = (authorization?: string, more: Record<string, string> = {}) =>
  room.get('/models', { ...(authorization === undefined ? {} : { authorization }), ...more });

async function errorOf(answer: Response): Promise<[status: number, type: string]> {
  const { error }: any = await answer.json();
  return [answer.status, error.type];
}

describe('a key', () => {
  test('is shown once, kept as a hash only, and lets in', async () => {
    const made = await room.api('POST', '/openai/keys', { name: ' editor ' });
    const { key, entry } = made.body;
    expect(Buffer.from(key.replace('sk-mlx-', ''), 'base64url')).toHaveLength(32);
    expect(entry).toMatchObject({ name: 'editor', scopes: ['chat', 'embeddings', 'models'] });
    expect(key.startsWith(entry.prefix)).toBe(true);
    const listed = await room.api('GET', '/openai/keys');
    expect(listed.body.keys[0]).toEqual(entry);
    const rows = room.house.database.user.$client.prepare('select * from api_keys').all();
    for (const kept of [
      JSON.stringify(rows),
      JSON.stringify(listed.body),
      JSON.stringify(room.engines.log.ring.entries()),
    ])
      expect(kept).not.toContain(key.slice(entry.prefix.length));
    expect((await models(`Bearer ${key}`)).status).toBe(200);
    expect((await models(`bearer  ${key} `)).status).toBe(200);
  });

  test('outlives a restart, as does its revocation', async () => {
    const kept = await room.key();
    const gone = await room.key();
    await room.api('POST', `/openai/keys/${gone.id}/revoke`);
    const after = createKeys(room.house.database);
    expect(after.match(`Bearer ${kept.key}`)).toMatchObject({ id: kept.id });
    expect(after.match(`Bearer ${gone.key}`)).toBeUndefined();
  });

  test('tells when it was last used, and is renamed', async () => {
    const { id, key } = await room.key();
    const find = async () =>
      (await room.api('GET', '/openai/keys')).body.keys.find((one: any) => one.id === id);
    expect((await find()).last_used_at).toBeNull();
    const before = Date.now();
    await models(`Bearer ${key}`);
    expect((await find()).last_used_at).toBeGreaterThanOrEqual(before);
    expect((await room.api('PATCH', `/openai/keys/${id}`, { name: 'other' })).body.name).toBe('other');
    expect((await find()).name).toBe('other');
  });

  test('opens only what it was made for', async () => {
    const { key } = await room.key(['embeddings']);
    const headers = { authorization: `Bearer ${key}` };
    expect(await errorOf(await room.get('/models', headers))).toEqual([403, 'permission_error']);
    for (const path of ['/chat/completions', '/completions'])
      expect(await errorOf(await room.post(path, {}, { headers }))).toEqual([403, 'permission_error']);
    const chat = { authorization: `Bearer ${(await room.key(['chat'])).key}` };
    expect(await errorOf(await room.post('/embeddings', {}, { headers: chat }))).toEqual([
      403,
      'permission_error',
    ]);
  });

  test('that was revoked is refused at once', async () => {
    const { id, key } = await room.key();
    expect((await models(`Bearer ${key}`)).status).toBe(200);
    expect((await room.api('POST', `/openai/keys/${id}/revoke`)).body.revoked_at).toBeGreaterThan(0);
    expect(await errorOf(await models(`Bearer ${key}`))).toEqual([401, 'authentication_error']);
  });

  test.each([
    [{ name: '' }],
    [{ name: 'x'.repeat(81) }],
    [{ name: 'x', scopes: [] }],
    [{ name: 'x', scopes: ['admin'] }],
    [{ name: 'x', key: 'sk-mine' }],
    [{}],
  ])('is not made of %j', async (body) => {
    expect((await room.api('POST', '/openai/keys', body)).status).toBe(400);
  });

  test('that does not exist is neither renamed nor revoked', async () => {
    expect((await room.api('PATCH', '/openai/keys/nobody', { name: 'x' })).status).toBe(404);
    expect((await room.api('POST', '/openai/keys/nobody/revoke')).status).toBe(404);
  });
});

describe('without a key nobody comes in', () => {
  test('no header, another scheme, a made-up key', async () => {
    for (const authorization of [undefined, '', 'Basic dTpw', 'Bearer', `Bearer sk-mlx-${'A'.repeat(43)}`]) {
      const answer = await models(authorization);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await errorOf(answer)).toEqual([401, 'authentication_error']);
    }
  });

  test('the cookie of a signed-in browser alone is worth nothing, and a key nothing under /api', async () => {
    const { cookie, origin, headers } = room.house;
    expect((await models(undefined, { cookie })).status).toBe(401);
    const asked = await room.post('/chat/completions', {}, { headers });
    expect(asked.status).toBe(401);
    const { key } = await room.key();
    const api = await fetch(`${origin}/api/openai/keys`, { headers: { authorization: `Bearer ${key}` } });
    expect(api.status).toBe(401);
  });

  test('wrong keys are slowed down with 429 and Retry-After; right ones still come in', async () => {
    const { key } = await room.key();
    for (let guess = 0; guess < 5; guess += 1)
      expect((await models(`Bearer wrong-${guess}`)).status).toBe(401);
    const slowed = await models('Bearer wrong-again');
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await errorOf(slowed)).toEqual([429, 'rate_limit_error']);
    expect((await models(`Bearer ${key}`)).status).toBe(200);
  });

  test('a page of another site is refused even with a key', async () => {
    const authorization = `Bearer ${(await room.key()).key}`;
    const answer = await models(authorization, { origin: 'http://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
