import { describe, expect, it } from 'vitest';
import { readTable, residentMemory } from './process-memory.ts';

describe('residentMemory', () => {
  it('tells what a process holds, near what the process says itself, and leaves out what is gone', async () => {
    const gone = 2 ** 22 + 1;
    const found = await residentMemory([process.pid, gone], { PATH: '/bin:/usr/bin' });
    const own = process.memoryUsage.rss();
    expect([...found.keys()]).toEqual([process.pid]);
    expect(Math.abs((found.get(process.pid) ?? 0) - own) / own).toBeLessThan(0.2);
  });

  it('reads what ps prints on a Mac', () => {
    expect(readTable('  501   2048\n 77 13\n\n')).toEqual([
      [501, 2048 * 1024],
      [77, 13 * 1024],
    ]);
  });
});
