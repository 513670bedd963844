import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '#server/kernel/errors.ts';

/** Caches of prompts that engines left on the disk: each holds the token ids of a prompt, and so what was written. */
export interface PromptCaches {
  /** Bytes on the disk. */
  bytes(): Promise<number>;
  /** Deletes all of them; resolves with the bytes that this freed. */
  clear(): Promise<number>;
  /**
   * Deletes those that begin with one of these prompts (token ids, little-endian uint32), and those that are the
   * beginning of one. Resolves with the bytes that this freed.
   */
  forget(prompts: readonly Buffer[]): Promise<number>;
}

/** A prompt ends with what invites the answer, which later turns may write differently. */
const INVITATION_BYTES = 8 * 4;
const SUFFIX = '.safetensors';
const MAX_HEADER_BYTES = 64 * 2 ** 20;

const Header = z.object({ __metadata__: z.record(z.string(), z.string()) });

/** The folder is `<root>/<digest of model>/<digest of ids>.safetensors`; engines may write and delete in it meanwhile. */
export function createPromptCaches(root: string): PromptCaches {
  const removeThose = async (chosen: (path: string) => Promise<boolean>): Promise<number> => {
    let freed = 0;
    for (const { path, bytes } of await listFiles(root)) {
      if (!(await chosen(path))) continue;
      await rm(path, { force: true });
      freed += bytes;
    }
    return freed;
  };
  return {
    bytes: async () => (await listFiles(root)).reduce((sum, file) => sum + file.bytes, 0),
    clear: () => removeThose(async () => true),
    forget: async (prompts) =>
      prompts.length === 0
        ? 0
        : removeThose(async (path) => {
            const ids = await readIds(path);
            // What cannot be read is of no use to an engine either.
            return ids === null || prompts.some((prompt) => belongs(ids, prompt));
          }),
  };
}

async function listFiles(root: string): Promise<{ path: string; bytes: number }[]> {
  const files: { path: string; bytes: number }[] = [];
  for (const folder of await entriesOf(root)) {
    if (!folder.isDirectory()) continue;
    for (const entry of await entriesOf(join(root, folder.name))) {
      if (!entry.isFile() || !entry.name.endsWith(SUFFIX)) continue;
      const path = join(root, folder.name, entry.name);
      const found = await ifThere(stat(path));
      if (found) files.push({ path, bytes: found.size });
    }
  }
  return files;
}

async function entriesOf(folder: string) {
  return (await ifThere(readdir(folder, { withFileTypes: true }))) ?? [];
}

/** Undefined for what is gone: an engine made room. */
async function ifThere<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The token ids that a file's header names; null when it names none. */
async function readIds(path: string): Promise<Buffer | null> {
  const file = await ifThere(open(path));
  if (file === undefined) return null;
  try {
    const { buffer: size } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const length = Number(size.readBigUInt64LE());
    if (length > MAX_HEADER_BYTES) return null;
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, 8);
    const metadata = Header.parse(JSON.parse(buffer.toString())).__metadata__;
    const ids = Object.entries(metadata).find(([name]) => name === 'ids' || name.endsWith('.ids'))?.[1];
    return ids === undefined ? null : Buffer.from(ids, 'base64');
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

function belongs(ids: Buffer, prompt: Buffer): boolean {
  const needed = Math.min(ids.length, Math.max(4, prompt.length - INVITATION_BYTES));
  return ids.subarray(0, needed).equals(prompt.subarray(0, needed));
}
