import { describe, expect, it } from 'vitest';
import { readTable, residentMemory } from './process-memory.ts';

describe('residentMemory', () => {
  it('tells what a process holds, near what the process says itself, and leaves out what is gone', async () => {
    const gone = 2 ** 22 + 1;
    const before = process.memoryUsage.rss();
    const found = await residentMemory([process.pid, gone], { PATH: '/bin:/usr/bin' });
    const after = process.memoryUsage.rss();
    expect([...found.keys()]).toEqual([process.pid]);
    // Garbage comes and goes meanwhile; kilobytes or pages taken for bytes would be far off.
    expect(found.get(process.pid)).toBeGreaterThan(Math.min(before, after) / 2);
    expect(found.get(process.pid)).toBeLessThan(Math.max(before, after) * 2);
  });

  it('reads what ps prints on a Mac', () => {
    expect(readTable('  501   2048\n 77 13\n\n')).toEqual([
      [501, 2048 * 1024],
      [77, 13 * 1024],
    ]);
  });
});
