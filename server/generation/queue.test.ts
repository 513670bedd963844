import { describe, expect, it } from 'vitest';
import { createRowQueue } from './queue.ts';

const never = new AbortController().signal;

describe('createRowQueue', () => {
  it('lets in as many as there are places, then in order, telling the positions', async () => {
    const queue = createRowQueue(1);
    const positions: Record<string, number[]> = { b: [], c: [] };
    const leave = await queue.enter('model', never, () => {});
    const entered: string[] = [];
    const enter = (name: string) =>
      queue
        .enter('model', never, (position) => positions[name]!.push(position))
        .then((leaveNext) => {
          entered.push(name);
          return leaveNext;
        });
    const b = enter('b');
    const c = enter('c');
    expect(positions).toEqual({ b: [1], c: [2] });
    leave();
    leave();
    const leaveB = await b;
    expect(entered).toEqual(['b']);
    expect(positions.c).toEqual([2, 1]);
    leaveB();
    await c;
  });

  it('keeps models apart', async () => {
    const queue = createRowQueue(1);
    await queue.enter('one', never, () => {});
    await queue.enter('other', never, () => {});
  });

  it('lets one who waits leave, and the next move up', async () => {
    const queue = createRowQueue(1);
    const leave = await queue.enter('model', never, () => {});
    const leaving = new AbortController();
    const gone = queue.enter('model', leaving.signal, () => {});
    const positions: number[] = [];
    const next = queue.enter('model', never, (position) => positions.push(position));
    leaving.abort(new Error('stopped'));
    await expect(gone).rejects.toThrow('stopped');
    expect(positions).toEqual([2, 1]);
    leave();
    await next;
  });
});
