import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { apiFetch } from './api.ts';
import { type ApiError, canRetry, toApiError } from './api-error.ts';
import { useSession } from './session.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  useSession.setState({ state: 'unknown' });
});

async function daemon(status: number, body: string): Promise<{ address: string; headers: () => unknown }> {
  let headers: unknown;
  server = createServer((request, response) => {
    headers = request.headers;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/api/x`, headers: () => headers };
}

async function failure(run: Promise<unknown>): Promise<ApiError> {
  return run.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => toApiError(error),
  );
}

describe('a request to the daemon', () => {
  test('carries the header that other sites cannot send', async () => {
    const { address, headers } = await daemon(200, '{"ok":true}');
    const response = await apiFetch(address, { method: 'POST' });
    expect(await response.json()).toEqual({ ok: true });
    expect(headers()).toMatchObject({ 'x-mlx-code': '1' });
  });

  test("fails with the daemon's own sentence, details and log id", async () => {
    const body = {
      error: { code: 'insufficient_memory', message: 'Too large.', details: { need: 2 }, log_id: '01J' },
    };
    const { address } = await daemon(507, JSON.stringify(body));
    const error = await failure(apiFetch(address));
    expect(error).toMatchObject({
      code: 'insufficient_memory',
      message: 'Too large.',
      status: 507,
      logId: '01J',
    });
    expect(error.details).toEqual({ need: 2 });
    expect(canRetry(error)).toBe(false);
  });

  test.each(['', 'oops', '{"error":"text"}', '[]', '{"error":{"code":1}}'])(
    'says so when the failure comes without a reason: %s',
    async (body) => {
      const { address } = await daemon(500, body);
      expect(await failure(apiFetch(address))).toMatchObject({ code: 'internal', status: 500 });
    },
  );

  test('shows the sign-in when the cookie no longer holds', async () => {
    const { address } = await daemon(401, '{"error":{"code":"unauthorized","message":"Sign in first."}}');
    await failure(apiFetch(address));
    expect(useSession.getState().state).toBe('signed_out');
  });

  test('says that the daemon is not answering, and that asking again may help', async () => {
    const { address } = await daemon(200, '{}');
    await new Promise((resolve) => server?.close(resolve));
    const error = await failure(apiFetch(address));
    expect(error.code).toBe('unreachable');
    expect(canRetry(error)).toBe(true);
  });

  test('that was given up is not reported as a missing daemon', async () => {
    const { address } = await daemon(200, '{}');
    const reason = new Error('not wanted any more');
    await expect(apiFetch(address, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
