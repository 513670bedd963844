import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import type { Auth } from './auth.ts';
import { systemCode } from './errors.ts';
import type { Log } from './log.ts';

/** Topics a browser may subscribe to: `conversation:<id>`, or a room's own name. */
export type Topic = string;

/** Sends typed events to subscribed browsers. `Events` is the merged map of all rooms. */
export interface Emitter<Events> {
  emit<K extends keyof Events & string>(
    topic: Topic,
    event: K,
    ...args: Events[K] extends (...args: infer Args) => void ? Args : never
  ): void;
  /** Number of browsers subscribed to `topic`. */
  listeners(topic: Topic): number;
}

/** What a browser may send: nothing but these. The acknowledgement carries the refusal, if any. */
export interface ClientToServerEvents {
  subscribe: (topic: Topic, acknowledge: (result: { ok: boolean; error?: string }) => void) => void;
  unsubscribe: (topic: Topic) => void;
}

/** The daemon's half of socket.io. */
export interface Sockets extends Emitter<EventMap> {
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Topics that browsers may subscribe to. */
  allow(topics: RegExp[]): void;
  close(): Promise<void>;
}

/** Events of all rooms; the features' own maps type what they send. */
type EventMap = Record<string, (...args: never[]) => void>;

interface SocketsOptions {
  auth: Auth;
  log: Log;
}

const MAX_SOCKETS = 100;
const MAX_TOPICS = 100;
const MAX_FRAME_BYTES = 64 * 1024;
/** What may wait for one slow browser before it is cut off; it reconnects and asks for what it missed. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;
const MAX_EVENTS_A_SECOND = 200;

const SubscribeTopic = z.string().min(1).max(200);

export function createSockets({ auth, log }: SocketsOptions): Sockets {
  const topics: RegExp[] = [];
  // socket.io replaces the listeners of the server it is attached to; this one never listens, so that the
  // door stays outermost on the servers that do.
  const inner = createServer();
  const io = new Server(inner, {
    serveClient: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    connectTimeout: 10_000,
    perMessageDeflate: false,
    httpCompression: false,
    destroyUpgrade: false,
    allowRequest: (request, decide) => {
      if (auth.session(request.headers.cookie) === undefined) decide('not signed in', false);
      else decide(null, io.engine.clientsCount < MAX_SOCKETS);
    },
  });
  io.on('connection', (socket) => welcome(socket, topics));
  auth.onRotated(() => io.disconnectSockets(true));
  const watch = setInterval(() => {
    for (const socket of io.sockets.sockets.values()) {
      const waiting = waitingBytes(socket);
      if (waiting <= MAX_WAITING_BYTES) continue;
      log.warn({ waiting }, 'a browser that reads too slowly was cut off; it will ask for what it missed');
      socket.disconnect(true);
    }
  }, 1000).unref();
  return {
    emit: (topic, event, ...args) => void io.to(roomOf(topic)).emit(event, ...args),
    listeners: (topic) => io.sockets.adapter.rooms.get(roomOf(topic))?.size ?? 0,
    handleRequest: (request, response) => void inner.emit('request', request, response),
    handleUpgrade: (request, socket, head) => void inner.emit('upgrade', request, socket, head),
    allow: (more) => void topics.push(...more),
    async close() {
      clearInterval(watch);
      await io.close().catch((error: unknown) => {
        // Its own server never listened, and says so.
        if (systemCode(error) !== 'ERR_SERVER_NOT_RUNNING') throw error;
      });
    },
  };
}

function welcome(socket: Socket, topics: RegExp[]): void {
  let second = 0;
  let events = 0;
  // Whatever a browser sends: more than people cause is a program gone wild, and unknown events are nobody's.
  socket.use((_packet, next) => {
    const at = Math.floor(Date.now() / 1000);
    events = at === second ? events + 1 : 1;
    second = at;
    if (events > MAX_EVENTS_A_SECOND) socket.disconnect(true);
    else next();
  });
  socket.on('subscribe', (topic: unknown, acknowledge: unknown) => {
    const answer = (result: { ok: boolean; error?: string }) => {
      if (typeof acknowledge === 'function') acknowledge(result);
    };
    const parsed = SubscribeTopic.safeParse(topic);
    if (!parsed.success) return answer({ ok: false, error: 'A topic is a text of 1 to 200 characters.' });
    const { data } = parsed;
    if (!topics.some((pattern) => pattern.test(data)))
      return answer({ ok: false, error: 'There is no such topic.' });
    if (socket.rooms.size > MAX_TOPICS) return answer({ ok: false, error: 'Too many topics at once.' });
    void socket.join(roomOf(data));
    answer({ ok: true });
  });
  socket.on('unsubscribe', (topic: unknown) => {
    const parsed = SubscribeTopic.safeParse(topic);
    if (parsed.success) void socket.leave(roomOf(parsed.data));
  });
}

/** A prefix of its own: every socket is in a room named by its id, which is nobody's topic. */
function roomOf(topic: Topic): string {
  return `topic:${topic}`;
}

const WaitingPacket = z.object({ data: z.string() });

/** Bytes that engine.io holds back because the connection does not drain. */
function waitingBytes({ conn }: Socket): number {
  const packets: unknown[] = Reflect.get(conn, 'writeBuffer') ?? [];
  return packets.reduce<number>(
    (sum, packet) => sum + (WaitingPacket.safeParse(packet).data?.data.length ?? 0),
    0,
  );
}
