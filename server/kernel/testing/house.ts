import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { RoomRoutes } from '../api.ts';
import { type Auth, createAuth } from '../auth.ts';
import { createDisk } from '../disk.ts';
import { createLog, type OpenLog } from '../log.ts';
import { serve } from '../serving.ts';
import { createSockets, type Sockets } from '../sockets.ts';

/** A door on a free port with a real database behind it, and no engines. */
export interface House {
  port: number;
  origin: string;
  auth: Auth;
  sockets: Sockets;
  database: Database;
  log: OpenLog;
  /** `name=token` of a signed-in browser. */
  cookie: string;
  /** Headers of a well-behaved signed-in screen. */
  headers: Record<string, string>;
  /** Sends bytes as they are and returns everything that came back until the connection closed. */
  raw(text: string): Promise<string>;
  close(): Promise<void>;
}

interface HouseOptions {
  rooms?: RoomRoutes[];
  topics?: RegExp[];
  /** Files of a static export. */
  screens?: string;
  host?: string;
  /** Closed with the house; one of its own when absent. */
  database?: Database;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const database = options.database ?? openTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'mlx-code-house-'));
  const log = createLog({ folder, level: 'debug' });
  let port = 0;
  const auth = createAuth({ database, port: () => port });
  const sockets = createSockets({ auth, log });
  sockets.allow(options.topics ?? [/^room$/]);
  const config = { host: options.host ?? 'localhost', port: 0, dev: false, root: folder, version: '0.0.0' };
  const disk = createDisk({ home: folder, log });
  const serving = await serve({
    ...{ config, auth, log, disk, sockets, rooms: options.rooms ?? [] },
    screens: options.screens ?? join(folder, 'out'),
    onListening: (bound) => (port = bound),
  });
  const origin = `http://127.0.0.1:${port}`;
  const token = new URL(auth.createLink()).hash.replace('#token=', '');
  const cookie = auth.signIn(token, 'test').split(';')[0]!;
  return {
    ...{ port, origin, auth, sockets, database, log, cookie },
    headers: { cookie, origin, 'x-mlx-code': '1', 'content-type': 'application/json' },
    raw: (text) => sendRaw(port, text),
    async close() {
      await serving.close();
      database.close();
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function sendRaw(port: number, text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  let answer = '';
  socket.setTimeout(8000, () => socket.destroy());
  socket.on('data', (data) => (answer += data.toString('latin1')));
  // The daemon may hang up while we still send: what it said before counts.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answer));
  return promise;
}
