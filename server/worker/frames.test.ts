import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '#server/kernel/errors.ts';
import { createFrameReader, encodeFrame, type FrameConnection, openFrames } from './frames.ts';
import { MAX_FRAME_BYTES } from './protocol.ts';

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

describe('createFrameReader', () => {
  it('gives back every frame, however the stream is cut', () => {
    const values = fc.array(fc.record({ text: fc.string({ unit: 'binary' }), n: fc.integer() }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(values, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(encodeFrame));
        const reader = createFrameReader();
        const read: unknown[] = [];
        for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
          const end = offset + cuts[turn % cuts.length]!;
          for (const body of reader.push(stream.subarray(offset, end)))
            read.push(JSON.parse(body.toString('utf8')));
          offset = end;
        }
        expect(read).toEqual(frames);
        expect(reader.pending()).toBe(0);
      }),
    );
  });

  it('copies a large frame in small pieces once', () => {
    const body = Buffer.alloc(32 * 1024 * 1024, 'x');
    const stream = Buffer.concat([header(body.length), body]);
    const reader = createFrameReader();
    const concat = Buffer.concat;
    let copied = 0;
    Buffer.concat = (pieces, length) => {
      const joined = concat(pieces, length);
      copied += joined.length;
      return joined;
    };
    try {
      const bodies: Buffer[] = [];
      for (let offset = 0; offset < stream.length; offset += 4_096) {
        bodies.push(...reader.push(stream.subarray(offset, offset + 4_096)));
      }
      expect(bodies.map((found) => found.length)).toEqual([body.length]);
    } finally {
      Buffer.concat = concat;
    }
    expect(copied).toBeLessThan(1.01 * stream.length);
  });

  it('refuses a frame over the limit before it arrives', () => {
    expect(() => createFrameReader().push(header(MAX_FRAME_BYTES + 1))).toThrow(/over the limit/);
  });

  it('refuses an empty frame', () => {
    expect(() => createFrameReader().push(header(0))).toThrow(/empty frame/);
  });
});

describe('openFrames', () => {
  let folder: string;
  let server: Server;
  let peer: Socket;
  let connection: FrameConnection;
  let received: unknown[];
  let ended: Promise<AppError | null>;
  let hear: (frame: unknown) => void;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mlx-code-frames-'));
    const path = join(folder, 'test.sock');
    received = [];
    hear = () => {};
    const end = Promise.withResolvers<AppError | null>();
    ended = end.promise;
    const accepted = Promise.withResolvers<void>();
    server = createServer((socket) => {
      connection = openFrames(socket, {
        parse: (value) => value,
        receive(frame) {
          received.push(frame);
          hear(frame);
        },
        ended: end.resolve,
      });
      accepted.resolve();
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    peer = connect(path);
    peer.on('error', () => {});
    await accepted.promise;
  });

  afterEach(async () => {
    peer.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('delivers frames that arrive together', async () => {
    peer.end(Buffer.concat([encodeFrame({ a: 1 }), encodeFrame({ b: 'ü' })]));
    expect(await ended).toBeNull();
    expect(received).toEqual([{ a: 1 }, { b: 'ü' }]);
  });

  it('ends the connection at garbage, keeping what came before', async () => {
    peer.write(Buffer.concat([encodeFrame({ a: 1 }), header(4), Buffer.from('}}}}'), encodeFrame({ c: 3 })]));
    expect((await ended)?.code).toBe('invalid_request');
    expect(received).toEqual([{ a: 1 }]);
  });

  it('ends the connection at bytes that are not UTF-8', async () => {
    peer.write(Buffer.concat([header(4), Buffer.from([0x22, 0xff, 0xfe, 0x22])]));
    expect((await ended)?.message).toMatch(/UTF-8/);
  });

  it('says so when the peer goes in the middle of a frame', async () => {
    peer.end(encodeFrame({ text: 'cut' }).subarray(0, 9));
    expect((await ended)?.message).toMatch(/inside a frame/);
  });

  it('ends the connection at a frame over the limit', async () => {
    peer.write(header(MAX_FRAME_BYTES + 1));
    expect((await ended)?.code).toBe('too_large');
  });

  it('waits with sending while the peer does not read', async () => {
    peer.pause();
    let sent = false;
    const sending = connection.send({ text: 'x'.repeat(8_000_000) }).then(() => {
      sent = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBe(false);
    peer.resume();
    await sending;
  });

  it('refuses to pile up more for a peer that never reads', async () => {
    peer.pause();
    const frame = { text: 'x'.repeat(MAX_FRAME_BYTES - 100) };
    const results = await Promise.allSettled(
      [0, 1, 2].map((turn) => (turn < 2 ? race(connection.send(frame)) : connection.send(frame))),
    );
    expect(results[2]).toMatchObject({ status: 'rejected', reason: { code: 'engine_unavailable' } });
  });

  it('refuses to send a frame over the limit', async () => {
    await expect(connection.send({ text: 'x'.repeat(MAX_FRAME_BYTES) })).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  it('refuses to send after the end', async () => {
    peer.end();
    await ended;
    await expect(connection.send({ a: 1 })).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});

/** Does not wait for a send that is held back. */
function race(sending: Promise<void>): Promise<void> {
  return Promise.race([sending, new Promise<void>((resolve) => setImmediate(resolve))]);
}
