import { unzipSync, type UnzipFileInfo, Zip, ZipDeflate } from 'fflate';
import { AppError } from '#server/kernel/errors.ts';

/** Bytes. The whole archive may not hold more than `MAX_TOTAL`, whatever its entries claim. */
export const MAX_FILE = 64 * 2 ** 20;
const MAX_TOTAL = 2 * 2 ** 30;
const MAX_ENTRIES = 20_000;
/** Above this many bytes the archive as a whole may not be smaller than a hundredth of its contents. */
const RATIO_FROM = 256 * 2 ** 20;
const MAX_RATIO = 100;
/** Unpacked at a time. */
const BATCH_BYTES = 32 * 2 ** 20;

export interface ArchiveFile {
  name: string;
  bytes: Uint8Array;
}

interface PackedFile extends ArchiveFile {
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

/** A zip made while it is read: one file in memory at a time. */
export function packFiles(files: Iterator<PackedFile>): ReadableStream<Uint8Array> {
  let zip: Zip;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      zip = new Zip((error, chunk, final) => {
        if (error) return controller.error(error);
        controller.enqueue(chunk);
        if (final) controller.close();
      });
    },
    async pull() {
      // Lets other requests in between two conversations.
      await new Promise(setImmediate);
      const next = files.next();
      if (next.done) return zip.end();
      const entry = new ZipDeflate(next.value.name, { level: 6 });
      entry.mtime = next.value.modifiedAt;
      zip.add(entry);
      entry.push(next.value.bytes, true);
    },
    cancel() {
      zip.terminate();
    },
  });
}

/** Whether the bytes begin as a zip archive does. */
export function isArchive(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * The files of a zip in batches. Nothing is written to the disk and names are never used as paths; hostile ones are
 * refused all the same. Errors: invalid_request, too_large, naming the entry.
 */
export function* unpackFiles(archive: Uint8Array): Generator<ArchiveFile[]> {
  const entries = listEntries(archive);
  let first = 0;
  while (first < entries.length) {
    let last = first;
    let bytes = 0;
    while (last < entries.length && (last === first || bytes + sizeAt(entries, last) <= BATCH_BYTES)) {
      bytes += sizeAt(entries, last);
      last += 1;
    }
    yield unpack(archive, first, last);
    first = last;
  }
}

function sizeAt(entries: readonly UnzipFileInfo[], index: number): number {
  return entries[index]?.originalSize ?? 0;
}

function listEntries(archive: Uint8Array): UnzipFileInfo[] {
  const entries: UnzipFileInfo[] = [];
  let total = 0;
  scan(archive, (entry) => {
    refuseHostile(entry);
    total += entry.originalSize;
    if (entries.push(entry) > MAX_ENTRIES) throw tooLarge(`has more than ${MAX_ENTRIES} entries`);
    if (total > MAX_TOTAL) throw tooLarge(`unpacks to more than ${MAX_TOTAL} bytes`);
    return false;
  });
  if (total > RATIO_FROM && total > archive.length * MAX_RATIO) {
    throw tooLarge(`unpacks to more than ${MAX_RATIO} times its size`);
  }
  const names = new Set(entries.map((entry) => entry.name));
  if (names.size !== entries.length) throw broken('has two entries with the same name');
  return entries;
}

function unpack(archive: Uint8Array, first: number, last: number): ArchiveFile[] {
  let index = -1;
  const files = scan(archive, () => {
    index += 1;
    return index >= first && index < last;
  });
  return Object.entries(files).map(([name, bytes]) => ({ name, bytes }));
}

function scan(archive: Uint8Array, filter: (entry: UnzipFileInfo) => boolean) {
  try {
    return unzipSync(archive, { filter });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw broken('is damaged or not a zip file', error);
  }
}

function refuseHostile({ name, originalSize, compression }: UnzipFileInfo): void {
  const shown = JSON.stringify(name.slice(0, 100));
  const parts = name.split(/[\\/]/);
  if (/^([\\/]|[a-z]:)/i.test(name) || parts.includes('..') || name.includes('\0')) {
    throw broken(`has an entry whose name leads outside of it: ${shown}`);
  }
  if (originalSize > MAX_FILE) throw tooLarge(`has an entry of more than ${MAX_FILE} bytes: ${shown}`);
  if (compression !== 0 && compression !== 8) throw broken(`has an entry packed in an unknown way: ${shown}`);
}

function broken(reason: string, cause?: unknown): AppError {
  return new AppError('invalid_request', `The archive ${reason}.`, { cause });
}

function tooLarge(reason: string): AppError {
  return new AppError('too_large', `The archive ${reason}.`);
}
