'use client';

import { useEffect, useRef } from 'react';
import type { Socket } from 'socket.io-client';
import { create } from 'zustand';
import type { ClientToServerEvents } from '#server/kernel/sockets.ts';
import { isSignedIn } from './api.ts';
import { useSession } from './session.ts';

/** `idle` until something subscribes; `offline` while the daemon cannot be reached and attempts go on. */
export type ConnectionState = 'idle' | 'connecting' | 'online' | 'offline';

interface Connection {
  state: ConnectionState;
  /** Grows with each connection after the first: what was cached before may be stale. */
  reconnects: number;
}

export const useConnection = create<Connection>(() => ({ state: 'idle', reconnects: 0 }));

/** Handlers of some events of a room's event map, e.g. `Handlers<ChatEvents>`. */
export type Handlers<Events> = { [Event in keyof Events]?: Events[Event] };

type Listener = (...args: never[]) => void;
type AnyHandlers = Record<string, Listener | undefined>;

const topics = new Map<string, Set<AnyHandlers>>();
let connections = 0;
let connecting: Promise<Socket<Record<string, Listener>, ClientToServerEvents>> | undefined;

/**
 * Hears `handlers` until the returned function is called; the topic is left with its last subscriber.
 * Events carry no topic: a handler on one of several conversations compares ids itself.
 */
export function subscribe(topic: string, handlers: AnyHandlers): () => void {
  const subscribers = topics.get(topic) ?? new Set();
  subscribers.add(handlers);
  topics.set(topic, subscribers);
  if (subscribers.size === 1) void send('subscribe', topic);
  return () => {
    subscribers.delete(handlers);
    if (subscribers.size > 0 || topics.get(topic) !== subscribers) return;
    topics.delete(topic);
    void send('unsubscribe', topic);
  };
}

/** Subscribes while mounted; pass null for no topic. `handlers` may change with every render. */
export function useTopic<Events extends object>(topic: string | null, handlers: Handlers<Events>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const names = Object.keys(handlers).sort().join(' ');
  useEffect(() => {
    if (topic === null) return;
    const stable: AnyHandlers = {};
    for (const name of names.split(' ')) {
      stable[name] = (...args) => {
        const handler: unknown = Reflect.get(latest.current, name);
        if (typeof handler === 'function') Reflect.apply(handler, undefined, args);
      };
    }
    return subscribe(topic, stable);
  }, [topic, names]);
}

/** Runs after the connection came back: ask again for whatever events may have been missed. */
export function useReconnect(run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(
    () =>
      useConnection.subscribe((now, before) => {
        if (now.reconnects !== before.reconnects) latest.current();
      }),
    [],
  );
}

/** Opens the connection again after `disconnect`, for the subscriptions there are. */
export async function reconnect(): Promise<void> {
  if (topics.size > 0) await (connecting ??= connect());
}

/** Ends the connection, e.g. while cookies change; a later subscription or `reconnect` opens another. */
export async function disconnect(): Promise<void> {
  const open = connecting;
  connecting = undefined;
  useConnection.setState({ state: 'idle' });
  (await open)?.disconnect();
}

async function send(event: 'subscribe' | 'unsubscribe', topic: string): Promise<void> {
  const socket = await (connecting ??= connect());
  if (!socket.connected) return; // The connect handler subscribes to everything there is by then.
  if (event === 'unsubscribe') socket.emit('unsubscribe', topic);
  else if (topics.has(topic)) socket.emit('subscribe', topic, () => undefined);
}

/** A refused connection looks like a missing daemon: ask which it was, and stop trying when signed out. */
async function endIfSignedOut(): Promise<void> {
  const signedIn = await isSignedIn().catch(() => null);
  if (signedIn !== false) return;
  await disconnect();
  useSession.setState({ state: 'signed_out' });
}

async function connect(): Promise<Socket<Record<string, Listener>, ClientToServerEvents>> {
  useConnection.setState({ state: 'connecting' });
  const { io } = await import('socket.io-client');
  const socket: Socket<Record<string, Listener>, ClientToServerEvents> = io({
    transports: ['websocket', 'polling'],
    reconnectionDelay: 250,
    reconnectionDelayMax: 3000,
  });
  socket.on('connect', () => {
    for (const topic of topics.keys()) socket.emit('subscribe', topic, () => undefined);
    useConnection.setState({ state: 'online', reconnects: connections });
    connections += 1;
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return;
    useConnection.setState({ state: 'offline' });
    // The daemon ends sockets when sign-ins end; this browser may still hold a good one.
    // Another tab may have ended them: its fresh cookie is on the way.
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 300);
  });
  socket.on('connect_error', () => {
    useConnection.setState({ state: 'offline' });
    void endIfSignedOut();
  });
  socket.onAny((event: string, ...args: unknown[]) => {
    for (const subscribers of topics.values()) {
      for (const handlers of subscribers) {
        const handler = handlers[event];
        if (handler !== undefined) Reflect.apply(handler, undefined, args);
      }
    }
  });
  return socket;
}
