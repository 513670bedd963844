import { createRoute, z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonBody, okJson } from './contract.ts';
import { AppError } from './errors.ts';
import { createRoutes } from './http.ts';
import { type House, openHouse } from './testing/house.ts';

const routes = {
  make: createRoute({
    method: 'post',
    path: '/room/{id}',
    request: {
      params: z.object({ id: z.string().max(5) }),
      query: z.object({ limit: z.coerce.number().int().max(10).optional() }),
      ...jsonBody(z.object({ name: z.string(), inner: z.object({ count: z.int() }).optional() })),
    },
    responses: okJson(z.object({ name: z.string() })),
  }),
  fail: createRoute({
    method: 'get',
    path: '/room/fail/{how}',
    request: { params: z.object({ how: z.string() }) },
    responses: okJson(z.object({})),
  }),
};

const failures: Record<string, () => Error> = {
  listed: () => new AppError('conflict', 'It changed meanwhile.', { details: { by: 'you' } }),
  unknown: () => new Error('secret detail with hf_abcdefghijklmnop'),
  full: () => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }),
  damaged: () => Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' }),
};

let house: House;
beforeAll(async () => {
  const room = createRoutes()
    .openapi(routes.make, (c) => c.json({ name: c.req.valid('json').name }, 200))
    .openapi(routes.fail, (c) => {
      throw failures[c.req.valid('param').how]!();
    });
  house = await openHouse({ rooms: [{ routes: room, bodyLimits: { '/room/small': 1000 } }] });
});
afterAll(() => house.close());

const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(house.origin + path, {
    method: 'POST',
    headers: { ...house.headers, ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as any };
};

describe('input that a contract refuses becomes invalid_request', () => {
  const refused: [title: string, path: string, body: string, names: string][] = [
    ['a missing field', '/api/room/a', '{}', 'name'],
    ['a wrong type', '/api/room/a', '{"name":7}', 'name'],
    ['a wrong inner field, by its path', '/api/room/a', '{"name":"x","inner":{"count":"y"}}', 'inner.count'],
    ['a parameter that is too long', '/api/room/abcdefgh', '{"name":"x"}', 'id'],
    ['a query that is no number', '/api/room/a?limit=x', '{"name":"x"}', 'limit'],
    ['an array', '/api/room/a', '[]', 'json'],
    ['null', '/api/room/a', 'null', 'json'],
  ];
  for (const [title, path, body, name] of refused) {
    test(`${title} is named`, async () => {
      const answer = await post(path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatchObject({ code: 'invalid_request', details: { field: name } });
      expect(answer.body.error.message).toContain(name);
    });
  }

  test('malformed JSON, no body, another content type: 400', async () => {
    expect((await post('/api/room/a', '{"name":')).status).toBe(400);
    expect((await post('/api/room/a', '')).status).toBe(400);
    expect(
      (await post('/api/room/a', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(400);
    expect((await post('/api/room/a', '{"name":"x"}', { 'content-type': 'text/plain' })).status).toBe(400);
  });
});

describe('what a handler throws is rendered once', () => {
  const get = async (how: string) => {
    const answer = await fetch(`${house.origin}/api/room/fail/${how}`, { headers: house.headers });
    return { status: answer.status, body: (await answer.json()) as any };
  };

  test('a listed error keeps its code, sentence and details', async () => {
    expect(await get('listed')).toEqual({
      status: 409,
      body: { error: { code: 'conflict', message: 'It changed meanwhile.', details: { by: 'you' } } },
    });
  });

  test('an unknown error tells nothing but the id under which the log tells all', async () => {
    const { status, body } = await get('unknown');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret detail');
    const line = house.log.ring.entries().find(({ fields }) => fields.includes(body.error.log_id));
    expect(line?.fields).toContain('secret detail');
    expect(line?.fields).toContain('http.test.ts');
    expect(line?.fields).not.toContain('hf_abcdefghijklmnop');
  });

  test('a full disk is insufficient_storage and says what to do', async () => {
    const { status, body } = await get('full');
    expect(status).toBe(507);
    expect(body.error.code).toBe('insufficient_storage');
    expect(body.error.message).toMatch(/Free some space/);
  });

  test('a damaged database says that a restart restores it', async () => {
    expect((await get('damaged')).body.error.message).toMatch(/Restart/);
  });
});

test('a room may have a cap of its own at a path, and only there', async () => {
  const body = JSON.stringify({ name: 'x'.repeat(2000) });
  expect((await post('/api/room/small', body)).status).toBe(413);
  expect((await post('/api/room/a', body)).status).toBe(200);
});

test('the description lists every route with its inputs', async () => {
  const document = (await (
    await fetch(`${house.origin}/api/openapi.json`, { headers: house.headers })
  ).json()) as any;
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/api/auth/sign-in', '/api/auth/rotate', '/api/room/{id}']),
  );
  expect(
    document.paths['/api/room/{id}'].post.requestBody.content['application/json'].schema.required,
  ).toEqual(['name']);
});
