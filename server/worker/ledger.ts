import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#server/kernel/errors.ts';
import { gigabytes } from './policy.ts';
import type { LoadReceipt } from './protocol.ts';

/** One resident model as the ledger sees it. Bytes; `usedAt` in milliseconds. */
export interface LedgerEntry {
  modelId: string;
  memoryBytes: number;
  usedAt: number;
  /** A person wants it to stay. */
  pinned: boolean;
  /** Neither loading nor leaving, and nobody waits for it or holds it. */
  idle: boolean;
}

/** Tokens whose KV cache is counted in before a conversation has grown: a usual one. */
const USUAL_CONTEXT = 8_192;
/** Python, MLX and buffers of an engine; 94 MB resident on Linux with a model of 4 MB. */
const PROCESS_BYTES = 128 * 2 ** 20;

/**
 * Which models must leave so that `neededBytes` fit, least recently used first; with 0, so that the budget holds.
 * Errors: insufficient_memory, with the numbers, when even all that may leave would not make the room.
 */
export function makeRoom(neededBytes: number, budgetBytes: number, entries: LedgerEntry[]): string[] {
  const residentBytes = sum(entries);
  const evictable = entries.filter(isEvictable).sort((a, b) => a.usedAt - b.usedAt);
  if (neededBytes + residentBytes - sum(evictable) > budgetBytes) {
    throw neededBytes === 0
      ? budgetRefusal(budgetBytes, entries)
      : refusal(neededBytes, budgetBytes, entries);
  }
  const leaving: string[] = [];
  let free = budgetBytes - residentBytes;
  for (const entry of evictable) {
    if (free >= neededBytes) break;
    leaving.push(entry.modelId);
    free += entry.memoryBytes;
  }
  return leaving;
}

/** What a loaded model holds: its weights, the KV cache of a usual conversation, and its process. Bytes. */
export function residentBytes(receipt: LoadReceipt): number {
  const cache = receipt.kv_bytes_per_token * Math.min(receipt.context_window, USUAL_CONTEXT);
  return receipt.weights_bytes + cache + PROCESS_BYTES;
}

/** Memory for caches of prompts: a share of the machine's, within bounds, and of what the budget leaves. */
const CACHE_SHARE = 1 / 16;
const MAX_CACHE_BYTES = 8 * 2 ** 30;
/** The rest is left to widened weights and to models that come later. */
const SHARE_OF_FREE = 1 / 4;

interface CacheRoom {
  /** What the model needs by itself: a small one has small caches. */
  neededBytes: number;
  freeBytes: number;
  totalBytes: number;
}

/** Bytes that a model may hold in caches of prompts, beside what it needs; reserved like everything else it holds. */
export function cacheBytes({ neededBytes, freeBytes, totalBytes }: CacheRoom): number {
  const share = Math.min(totalBytes * CACHE_SHARE, MAX_CACHE_BYTES, neededBytes);
  return Math.max(0, Math.floor(Math.min(share, freeBytes * SHARE_OF_FREE)));
}

/** What a model nobody judged may need: its weights, a quarter of them for cache and buffers, and its process. Bytes. */
export function unjudgedBytes(folder: string): number {
  return Math.ceil(weightsOnDisk(folder) * 1.25) + PROCESS_BYTES;
}

/** 0 when they cannot be read; the engine says why. */
function weightsOnDisk(folder: string): number {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
    return names.reduce((total, name) => total + statSync(join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}

function sum(entries: LedgerEntry[]): number {
  return entries.reduce((total, entry) => total + entry.memoryBytes, 0);
}

function isEvictable({ idle, pinned }: LedgerEntry): boolean {
  return idle && !pinned;
}

function refusal(neededBytes: number, budgetBytes: number, entries: LedgerEntry[]): AppError {
  const alone = neededBytes > budgetBytes;
  const advice = alone ? 'Choose a smaller model or a stronger quantization.' : reasons(entries);
  return new AppError(
    'insufficient_memory',
    `The model needs ${gigabytes(neededBytes)} of memory; models may use ${gigabytes(budgetBytes)}, of which ${gigabytes(sum(staying(entries)))} are in use. ${advice}`,
    { details: { needed_bytes: neededBytes, ...numbers(budgetBytes, entries) } },
  );
}

function budgetRefusal(budgetBytes: number, entries: LedgerEntry[]): AppError {
  return new AppError(
    'insufficient_memory',
    `Models that stay hold ${gigabytes(sum(staying(entries)))}, more than ${gigabytes(budgetBytes)}. ${reasons(entries)}`,
    { details: numbers(budgetBytes, entries) },
  );
}

function numbers(budgetBytes: number, entries: LedgerEntry[]): Record<string, unknown> {
  return {
    budget_bytes: budgetBytes,
    resident_bytes: sum(entries),
    busy_bytes: sum(staying(entries)),
    pinned_bytes: sum(entries.filter(({ pinned }) => pinned)),
  };
}

function staying(entries: LedgerEntry[]): LedgerEntry[] {
  return entries.filter((entry) => !isEvictable(entry));
}

/** Why what stays stays, as sentences. */
function reasons(entries: LedgerEntry[]): string {
  const busy = entries.filter(({ idle }) => !idle).map(({ modelId }) => modelId);
  const pinned = entries.filter(({ idle, pinned }) => idle && pinned).map(({ modelId }) => modelId);
  return [
    busy.length > 0 ? `${busy.join(', ')} cannot leave while in use.` : '',
    pinned.length > 0 ? `Unpin ${pinned.join(' or ')} to let it leave.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}
