import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, type Log } from '#server/kernel/log.ts';
import type { Hello } from './client.ts';
import { encodeFrame } from './frames.ts';
import { type EngineListener, listenForEngines } from './listener.ts';

const hello = (token: string): Hello => ({
  type: 'hello',
  protocol: 1,
  token,
  pid: process.pid,
  versions: { engine: '0', mlx: '0', mlx_lm: '0', python: '0' },
  device: 'cpu',
  blas: 'none',
  memory_bytes: 0,
});

describe('listenForEngines', () => {
  let folder: string;
  let listener: EngineListener;
  let log: Log;
  let sockets: Socket[];

  const open = async (bytes: Buffer): Promise<Socket> => {
    const socket = connect(listener.path);
    sockets.push(socket);
    socket.on('error', () => {}).write(bytes);
    return socket;
  };
  const refusals = () =>
    log.ring
      .entries()
      .map((entry) => entry.fields)
      .join('\n');
  const welcome = (heard: string[]) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { token } = listener.expect((frame) => {
      resolve(frame.token);
      return { receive: (next) => heard.push(next.type), ended: () => heard.push('ended') };
    });
    return { token, welcomed: promise };
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mlx-code-listener-'));
    log = createLog({ level: 'debug' });
    sockets = [];
    listener = await listenForEngines({ folder: join(folder, 'run'), log, helloLimitMs: 300 });
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await listener.close();
    rmSync(folder, { recursive: true });
  });

  it('is reachable by this user only', () => {
    expect(statSync(dirname(listener.path)).mode & 0o777).toBe(0o700);
    expect(statSync(listener.path).mode & 0o777).toBe(0o600);
  });

  it('welcomes the engine that shows the token of its spawn', async () => {
    const { token, welcomed } = welcome([]);
    await open(encodeFrame(hello(token)));
    expect(await welcomed).toBe(token);
  });

  it('refuses a token it never gave, and logs it without the token', async () => {
    const socket = await open(encodeFrame(hello('made-up-token')));
    await once(socket, 'close');
    expect(refusals()).toMatch(/unknown, used or stale/);
    expect(refusals()).not.toMatch(/made-up-token/);
  });

  it('refuses a second engine with the same token, and leaves the first alone', async () => {
    const heard: string[] = [];
    const { token, welcomed } = welcome(heard);
    const first = await open(encodeFrame(hello(token)));
    await welcomed;
    const second = await open(encodeFrame(hello(token)));
    await once(second, 'close');
    expect(first.destroyed).toBe(false);
    expect(heard).toEqual([]);
  });

  it('refuses the token of a spawn that was given up', async () => {
    const { token, forget } = listener.expect(() => {
      throw new Error('welcomed a stale engine');
    });
    forget();
    await once(await open(encodeFrame(hello(token))), 'close');
    expect(refusals()).toMatch(/stale/);
  });

  it('refuses garbage, another first frame, and silence, while a welcomed engine goes on', async () => {
    const heard: string[] = [];
    const { token, welcomed } = welcome(heard);
    const good = await open(encodeFrame(hello(token)));
    await welcomed;
    const bad = [
      await open(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
      await open(encodeFrame({ type: 'unloaded', id: '1' })),
      await open(encodeFrame({ type: 'nonsense' })),
      await open(encodeFrame(hello('x')).subarray(0, 20)),
    ];
    await Promise.all(bad.map((socket) => once(socket, 'close')));
    good.end(encodeFrame({ type: 'unloaded', id: '1' }));
    await once(good, 'close');
    expect(heard).toEqual(['unloaded', 'ended']);
  });

  it('finds a shorter place when the home is too deep for a socket', async () => {
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    const other = await listenForEngines({ folder: deep, log });
    expect(Buffer.byteLength(other.path)).toBeLessThanOrEqual(100);
    expect(statSync(dirname(other.path)).mode & 0o777).toBe(0o700);
    await other.close();
    expect(() => statSync(dirname(other.path))).toThrow(/ENOENT/);
  });
});
