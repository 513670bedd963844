import { describe, expect, it } from 'vitest';
import { cacheBytes, type LedgerEntry, makeRoom } from './ledger.ts';

function entry(modelId: string, memoryBytes: number, usedAt: number): LedgerEntry {
  return { modelId, memoryBytes, usedAt, pinned: false, idle: true };
}

function busy(memoryBytes: number): LedgerEntry {
  return { modelId: 'busy', memoryBytes, usedAt: 0, pinned: false, idle: false };
}

describe('makeRoom', () => {
  it('sends nobody away when there is room', () => {
    expect(makeRoom(40, 100, [entry('a', 60, 1)])).toEqual([]);
  });

  it('sends away the least recently used, no more than needed', () => {
    const entries = [entry('recent', 30, 9), entry('oldest', 30, 1), entry('older', 30, 5)];
    expect(makeRoom(40, 100, entries)).toEqual(['oldest']);
    expect(makeRoom(41, 100, entries)).toEqual(['oldest', 'older']);
  });

  it('leaves models in use alone', () => {
    expect(makeRoom(40, 100, [busy(50), entry('idle', 40, 9)])).toEqual(['idle']);
  });

  it('refuses with the numbers, sending nobody away, when it would not be enough', () => {
    const gigabyte = 2 ** 30;
    const entries = [busy(5 * gigabyte), entry('idle', gigabyte, 2)];
    expect(() => makeRoom(6 * gigabyte, 10 * gigabyte, entries)).toThrow(
      expect.objectContaining({
        code: 'insufficient_memory',
        message: expect.stringMatching(/needs 6\.0 GB.*may use 10\.0 GB.*5\.0 GB are in use.*busy/),
        details: expect.objectContaining({ needed_bytes: 6 * gigabyte, budget_bytes: 10 * gigabyte }),
      }),
    );
  });

  it('says that a model is too large by itself', () => {
    expect(() => makeRoom(11, 10, [])).toThrow(/smaller model/);
  });

  it('leaves pinned models alone, and says which pin stands in the way', () => {
    const pinned = { ...entry('pinned', 50, 1), pinned: true };
    expect(makeRoom(40, 100, [pinned, entry('idle', 40, 9)])).toEqual(['idle']);
    expect(() => makeRoom(60, 100, [pinned])).toThrow(
      expect.objectContaining({
        code: 'insufficient_memory',
        message: expect.stringContaining('Unpin pinned'),
        details: expect.objectContaining({ pinned_bytes: 50 }),
      }),
    );
  });

  it('makes a smaller budget hold, and refuses one that what stays has outgrown', () => {
    expect(makeRoom(0, 50, [entry('old', 40, 1), entry('recent', 40, 9)])).toEqual(['old']);
    expect(() => makeRoom(0, 50, [busy(60), entry('idle', 10, 1)])).toThrow(/Models that stay hold/);
  });
});

describe('cacheBytes', () => {
  const room = { neededBytes: 5_000, freeBytes: 8_000, totalBytes: 16_000 };

  it('is a share of the machine', () => {
    expect(cacheBytes(room)).toBe(1_000);
  });

  it('is no more than a part of what the budget leaves, and nothing when nothing is left', () => {
    expect(cacheBytes({ ...room, freeBytes: 400 })).toBe(100);
    expect(cacheBytes({ ...room, freeBytes: -50 })).toBe(0);
  });

  it('is small for a small model', () => {
    expect(cacheBytes({ ...room, neededBytes: 300 })).toBe(300);
  });
});
