import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#server/kernel/errors.ts';
import type { LoadReceipt } from './protocol.ts';

/** One resident model as the ledger sees it. Bytes; `usedAt` in milliseconds. */
export interface LedgerEntry {
  modelId: string;
  memoryBytes: number;
  usedAt: number;
  evictable: boolean;
}

/** Tokens whose KV cache is counted in before a conversation has grown: a usual one. */
const USUAL_CONTEXT = 8_192;
/** Python, MLX and buffers of an engine; 94 MB resident on Linux with a model of 4 MB. */
const PROCESS_BYTES = 128 * 2 ** 20;

/**
 * Which models must leave so that `neededBytes` fit, least recently used first.
 * Errors: insufficient_memory, with the numbers, when even all that may leave would not make the room.
 */
export function makeRoom(neededBytes: number, budgetBytes: number, entries: LedgerEntry[]): string[] {
  const residentBytes = sum(entries);
  const evictable = entries.filter((entry) => entry.evictable).sort((a, b) => a.usedAt - b.usedAt);
  if (neededBytes + residentBytes - sum(evictable) > budgetBytes) {
    throw refusal(neededBytes, budgetBytes, entries);
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

function refusal(neededBytes: number, budgetBytes: number, entries: LedgerEntry[]): AppError {
  const busy = entries.filter((entry) => !entry.evictable);
  const alone = neededBytes > budgetBytes;
  const advice = alone
    ? 'Choose a smaller model or a stronger quantization.'
    : `${busy.map((entry) => entry.modelId).join(', ')} cannot leave while in use.`;
  return new AppError(
    'insufficient_memory',
    `The model needs ${gigabytes(neededBytes)} of memory; models may use ${gigabytes(budgetBytes)}, of which ${gigabytes(sum(busy))} are in use. ${advice}`,
    {
      details: {
        needed_bytes: neededBytes,
        budget_bytes: budgetBytes,
        resident_bytes: sum(entries),
        busy_bytes: sum(busy),
      },
    },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GB`;
}
