import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { AppError } from '#server/kernel/errors.ts';
import { MAX_FRAME_BYTES } from './protocol.ts';

const HEADER_BYTES = 4;
/** Bytes that may wait in our process for a peer that does not read, before it is given up. */
const MAX_UNSENT_BYTES = 2 * MAX_FRAME_BYTES;

export interface FrameConnection {
  /** Resolves when the socket takes more. Errors: too_large, engine_unavailable (closed, or the peer reads nothing). */
  send(frame: object): Promise<void>;
  close(): void;
}

export interface FrameHandlers<Frame> {
  /** Turns JSON into a frame, or throws. */
  parse(value: unknown): Frame;
  receive(frame: Frame): void;
  /** Once. `error` tells what was wrong with the bytes; null when the peer just closed. */
  ended(error: AppError | null): void;
}

/**
 * Speaks frames over a socket: u32 big-endian byte length, then one JSON object in UTF-8.
 * A frame that cannot be read ends the connection, since what follows it cannot be trusted either.
 */
export function openFrames<Frame>(socket: Socket, handlers: FrameHandlers<Frame>): FrameConnection {
  const reader = createFrameReader();
  let problem: AppError | null = null;
  let open = true;

  const fail = (cause: unknown) => {
    problem ??=
      cause instanceof AppError
        ? cause
        : new AppError('invalid_request', 'The peer sent a frame that cannot be read.', { cause });
    open = false;
    socket.destroy();
  };

  socket.on('data', (bytes) => {
    try {
      for (const body of reader.push(bytes)) {
        if (!open) return;
        handlers.receive(handlers.parse(decode(body)));
      }
    } catch (cause) {
      fail(cause);
    }
  });
  socket.on('end', () => {
    if (open && reader.pending() > 0)
      fail(new AppError('invalid_request', 'The connection ended inside a frame.'));
  });
  // A reset is an ending like any other; 'close' follows and tells it.
  socket.on('error', () => {});
  socket.on('close', () => {
    open = false;
    handlers.ended(problem);
  });

  return {
    async send(frame) {
      const bytes = encodeFrame(frame);
      if (!open || !socket.writable) throw new AppError('engine_unavailable', 'The engine is not connected.');
      if (socket.writableLength + bytes.length > MAX_UNSENT_BYTES) {
        throw new AppError('engine_unavailable', 'The engine does not read what it is sent.');
      }
      if (!socket.write(bytes)) await drained(socket);
    },
    close() {
      open = false;
      socket.destroy();
    },
  };
}

/** One frame as bytes. Errors: too_large. */
export function encodeFrame(frame: object): Buffer {
  const body = Buffer.from(JSON.stringify(frame), 'utf8');
  if (body.length > MAX_FRAME_BYTES) throw tooLarge(body.length);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

/**
 * Cuts a byte stream into frame bodies. Pieces are joined only once a whole frame is there, so that
 * a large frame in small pieces costs one copy. Errors: too_large, invalid_request (length 0).
 */
export function createFrameReader(limit = MAX_FRAME_BYTES) {
  let pieces: Buffer[] = [];
  let held = 0;
  let needed = HEADER_BYTES;

  return {
    push(bytes: Buffer): Buffer[] {
      pieces.push(bytes);
      held += bytes.length;
      if (held < needed) return [];
      const joined = pieces.length === 1 ? bytes : Buffer.concat(pieces, held);
      const bodies: Buffer[] = [];
      let offset = 0;
      needed = HEADER_BYTES;
      while (joined.length - offset >= HEADER_BYTES) {
        const length = joined.readUInt32BE(offset);
        if (length > limit) throw tooLarge(length);
        if (length === 0) throw new AppError('invalid_request', 'The peer sent an empty frame.');
        if (joined.length - offset < HEADER_BYTES + length) {
          needed = HEADER_BYTES + length;
          break;
        }
        bodies.push(joined.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + length));
        offset += HEADER_BYTES + length;
      }
      pieces = offset === joined.length ? [] : [joined.subarray(offset)];
      held = joined.length - offset;
      return bodies;
    },
    /** Bytes of a frame that is not complete. */
    pending: () => held,
  };
}

function decode(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError('invalid_request', 'The peer sent a frame that is not UTF-8.');
  return JSON.parse(body.toString('utf8'));
}

function tooLarge(bytes: number): AppError {
  return new AppError('too_large', `A frame of ${bytes} bytes is over the limit of ${MAX_FRAME_BYTES}.`, {
    details: { bytes, limit_bytes: MAX_FRAME_BYTES },
  });
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.on('drain', settle).on('close', settle);
  });
}
