import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openInside, openInsideSync } from '#server/kernel/paths.ts';
import { decodeText, type Encoding } from './decode-text.ts';

/** A text file as it is on the disk. */
export interface TextFile {
  text: string;
  /** sha256 of its bytes, in hex. */
  hash: string;
  bytes: number;
  encoding: Encoding;
  lines: number;
  modifiedMs: number;
}

/** Any file. */
export interface FileBytes {
  data: Buffer;
  hash: string;
  modifiedMs: number;
}

/** Why a file cannot be taken, in a sentence. Bytes as far as known. */
export interface Unreadable {
  reason: string;
  bytes: number;
  modifiedMs: number;
}

/** What the index takes, and what the viewer shows. Bytes. */
export const INDEX_LIMIT = 1_000_000;
export const VIEWER_LIMIT = 2_000_000;

/**
 * Reads a text file below `root`; `limit` in bytes. What is too large or no text comes back as a reason.
 * Errors: those of `openInside`, e.g. not_found for a file that vanished, forbidden for one that leads out.
 */
export async function readText(
  root: string,
  path: string,
  { limit }: { limit: number },
): Promise<TextFile | Unreadable> {
  return textOf(await readBytes(root, path, { limit }));
}

/** As `readText`, without waiting: for threads beside the one that serves. `root` is a real path. */
export function readTextSync(root: string, path: string, limits: { limit: number }): TextFile | Unreadable {
  return textOf(readBytesSync(root, path, limits));
}

function textOf(file: FileBytes | Unreadable): TextFile | Unreadable {
  if ('reason' in file) return file;
  const { data, hash, modifiedMs } = file;
  const decoded = decodeText(data);
  if (decoded === undefined) return { reason: 'It is not a text file.', bytes: data.length, modifiedMs };
  const { text, encoding } = decoded;
  return { text, hash, bytes: data.length, encoding, lines: countLines(text), modifiedMs };
}

/** As `readText`, for files that are no text: PDF. Errors: those of `openInside`. */
export async function readBytes(
  root: string,
  path: string,
  { limit }: { limit: number },
): Promise<FileBytes | Unreadable> {
  const handle = await openInside(root, path);
  try {
    const { size, mtimeMs: modifiedMs } = await handle.stat();
    if (size > limit) return { reason: sizeReason(size, limit), bytes: size, modifiedMs };
    const buffer = roomFor(size, limit);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    return bytesOf(buffer.subarray(0, length), modifiedMs, limit);
  } finally {
    await handle.close();
  }
}

/** As `readBytes`, without waiting: for threads beside the one that serves. `root` is a real path. */
export function readBytesSync(
  root: string,
  path: string,
  { limit }: { limit: number },
): FileBytes | Unreadable {
  const opened = openInsideSync(root, path);
  try {
    const { size, mtimeMs: modifiedMs } = fstatSync(opened);
    if (size > limit) return { reason: sizeReason(size, limit), bytes: size, modifiedMs };
    const buffer = roomFor(size, limit);
    let length = 0;
    for (;;) {
      const read = readSync(opened, buffer, length, buffer.length - length, length);
      length += read;
      if (read === 0 || length === buffer.length) break;
    }
    return bytesOf(buffer.subarray(0, length), modifiedMs, limit);
  } finally {
    closeSync(opened);
  }
}

/** One byte more than it says: a file that grows meanwhile, or says nothing of its size, must not fill the memory. */
function roomFor(size: number, limit: number): Buffer {
  return Buffer.allocUnsafe(size < limit ? size + 1 : limit + 1);
}

function bytesOf(data: Buffer, modifiedMs: number, limit: number): FileBytes | Unreadable {
  if (data.length > limit) return { reason: sizeReason(data.length, limit), bytes: data.length, modifiedMs };
  return { data, hash: createHash('sha256').update(data).digest('hex'), modifiedMs };
}

/** Lines as an editor numbers them, without the empty one after the last line end. */
export function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return text === '' || text.endsWith('\n') ? lines : lines + 1;
}

function sizeReason(bytes: number, limit: number): string {
  const show = (value: number) => (value / 1_000_000).toFixed(1);
  return `It is too large: ${show(bytes)} MB, at most ${show(limit)} MB.`;
}
