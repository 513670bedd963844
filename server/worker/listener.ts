import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Hello } from './client.ts';
import { type FrameConnection, openFrames } from './frames.ts';
import { FromEngine } from './protocol.ts';

/** Who takes over a connection once its first frame has proved which spawn it is. */
export interface ConnectionOwner {
  receive(frame: FromEngine): void;
  ended(error: AppError | null): void;
}

type Welcome = (hello: Hello, connection: FrameConnection) => ConnectionOwner;

export interface EngineListener {
  readonly path: string;
  /** Makes a token that one connection may use, once. `forget` withdraws it. */
  expect(welcome: Welcome): { token: string; forget(): void };
  close(): Promise<void>;
}

interface ListenerOptions {
  /** Made with mode 0700 when missing. */
  folder: string;
  log: Log;
  helloLimitMs?: number;
}

/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, the ending zero included. */
const MAX_SOCKET_PATH_BYTES = 100;

/** Listens for engines on a Unix socket that only this user can reach; each must show a token of a spawn in progress. */
export async function listenForEngines(options: ListenerOptions): Promise<EngineListener> {
  const { folder, path } = socketPlace(options.folder);
  const expected = new Map<string, Welcome>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    receiveHello(socket, expected, options);
  });
  rmSync(path, { force: true });
  await listen(server, path);
  chmodSync(path, 0o600);

  return {
    path,
    expect(welcome) {
      const token = randomBytes(32).toString('base64url');
      const key = digest(token);
      expected.set(key, welcome);
      return { token, forget: () => expected.delete(key) };
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      rmSync(path, { force: true });
      if (folder !== options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function receiveHello(socket: Socket, expected: Map<string, Welcome>, options: ListenerOptions): void {
  const { log, helloLimitMs = 10_000 } = options;
  let owner: ConnectionOwner | null = null;
  const timer = setTimeout(() => refuse('it did not introduce itself in time'), helloLimitMs).unref();

  const connection = openFrames(socket, {
    parse: (value) => FromEngine.parse(value),
    receive(frame) {
      if (owner) return owner.receive(frame);
      if (frame.type !== 'hello') return refuse(`its first frame is ${frame.type}`);
      // Looked up by digest, so that the time it takes tells nothing about the token.
      const key = digest(frame.token);
      const welcome = expected.get(key);
      if (!welcome) return refuse('its token is unknown, used or stale');
      expected.delete(key);
      clearTimeout(timer);
      owner = welcome(frame, connection);
    },
    ended(error) {
      clearTimeout(timer);
      if (owner) owner.ended(error);
      else if (error) log.warn({ err: error }, 'refused a connection to the engine socket');
    },
  });

  function refuse(reason: string): void {
    log.warn({ reason }, 'refused a connection to the engine socket');
    connection.close();
  }
}

function socketPlace(wanted: string): { folder: string; path: string } {
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  chmodSync(wanted, 0o700);
  const path = join(wanted, 'engines.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return { folder: wanted, path };
  const folder = mkdtempSync(join(tmpdir(), 'mlxc-'));
  return { folder, path: join(folder, 'engines.sock') };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
