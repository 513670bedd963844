import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** As much of a file as this is read at most, unless told. Bytes. */
const LIMIT = 256 * 1024;

/**
 * The text of a small file whose name is known, such as `.gitignore`. Undefined for what is none, cannot be read, is larger
 * than `limit` bytes, or is a link: git does not follow those either.
 */
export function readSmallFile(path: string, limit = LIMIT): string | undefined {
  let file: number;
  try {
    // O_NONBLOCK: a FIFO of that name must not hold up everything.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.size > limit) return undefined;
    const bytes = Buffer.alloc(found.size);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, found.size, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
