import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Emitter } from './sockets.ts';
import { type House, openHouse } from './testing/house.ts';

interface RoomEvents {
  'room.said': (text: string) => void;
}

let house: House;
let events: Emitter<RoomEvents>;
const open: Socket[] = [];

beforeEach(async () => {
  house = await openHouse({ topics: [/^room:\d+$/] });
  events = house.sockets;
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.disconnect();
  await house.close();
});

async function connect(transports = ['websocket']): Promise<Socket> {
  const socket = io(house.origin, {
    transports,
    reconnection: false,
    extraHeaders: { cookie: house.cookie, origin: house.origin },
  });
  open.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

test('a browser hears the topics it subscribed to and no others', async () => {
  for (const transports of [['websocket'], ['polling']]) {
    const socket = await connect(transports);
    const heard: string[] = [];
    socket.on('room.said', (text: string) => heard.push(text));
    expect(await socket.emitWithAck('subscribe', 'room:1')).toEqual({ ok: true });
    expect(events.listeners('room:1')).toBe(1);
    events.emit('room:2', 'room.said', 'elsewhere');
    const said = new Promise<void>((resolve) => socket.once('room.said', () => resolve()));
    events.emit('room:1', 'room.said', 'here');
    await said;
    expect(heard).toEqual(['here']);
    socket.emit('unsubscribe', 'room:1');
    await socket.emitWithAck('subscribe', 'room:3');
    expect(events.listeners('room:1')).toBe(0);
    socket.disconnect();
  }
});

test('a topic that no room has, or that is no text, is refused in words and the socket lives', async () => {
  const socket = await connect();
  for (const topic of [
    'room:x',
    'elsewhere',
    '',
    'a'.repeat(500),
    null,
    7,
    { room: 1 },
    ['room:1'],
    socket.id,
  ]) {
    const answer = await socket.emitWithAck('subscribe', topic);
    expect(answer).toMatchObject({ ok: false });
    expect(answer.error).toMatch(/topic/);
  }
  socket.emit('subscribe', 'room:1', 'no function');
  socket.emit('subscribe');
  socket.emit('unsubscribe', { deep: [[[[]]]] });
  socket.emit('constructor', 'x');
  expect(await socket.emitWithAck('subscribe', 'room:1')).toEqual({ ok: true });
});

test('a frame over 64 kB ends that socket and nothing else', async () => {
  const other = await connect();
  const socket = await connect();
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  socket.emit('subscribe', 'a'.repeat(100_000));
  await ended;
  expect(await other.emitWithAck('subscribe', 'room:1')).toEqual({ ok: true });
});

test('a flood of events ends that socket', async () => {
  const socket = await connect();
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  for (let count = 0; count < 1000; count += 1) socket.emit('unsubscribe', 'room:1');
  await ended;
});

test('at most a hundred topics for one browser', async () => {
  const socket = await connect();
  const answers: { ok: boolean }[] = [];
  for (let count = 0; count < 105; count += 1) {
    answers.push(await socket.emitWithAck('subscribe', `room:${count}`));
  }
  expect(answers.filter(({ ok }) => ok)).toHaveLength(100);
});

test('a browser that does not read is cut off before it fills the memory; others hear everything', async () => {
  const [slow, quick] = [await connect(), await connect()];
  for (const socket of [slow, quick]) await socket.emitWithAck('subscribe', 'room:1');
  (slow.io.engine.transport as any).ws._socket.pause();
  const text = 'x'.repeat(1_000_000);
  const say = async (said: string) => {
    const heard = new Promise((resolve) => quick.once('room.said', resolve));
    events.emit('room:1', 'room.said', said);
    expect(await heard).toBe(said);
  };
  for (let sent = 1; sent <= 40; sent += 1) await say(text);
  await vi.waitUntil(() => events.listeners('room:1') === 1, { timeout: 15_000 });
  await say('still here');
});

test('a signed-out handshake is refused', async () => {
  const socket = io(house.origin, {
    transports: ['websocket'],
    reconnection: false,
    extraHeaders: { origin: house.origin },
  });
  open.push(socket);
  await expect(
    new Promise((resolve, reject) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('connect_error', reject);
    }),
  ).rejects.toThrow();
});
