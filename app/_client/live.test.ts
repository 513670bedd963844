import { describe, expect, test } from 'vitest';
import { LiveStore, type Missed } from './live.ts';

type State = { phase: string };

/** A store whose frames and answers the test releases itself. */
function setup() {
  const frames: (() => void)[] = [];
  const asked: { id: string; after: number; answer: (missed: Missed<State>) => void; fail: () => void }[] =
    [];
  const store = new LiveStore<State>({
    schedule: (run) => frames.push(run),
    fetchMissed: (id, after) =>
      new Promise((resolve, reject) =>
        asked.push({ id, after, answer: resolve, fail: () => reject(new Error('cut')) }),
      ),
  });
  const frame = () => frames.splice(0).forEach((run) => run());
  return { store, asked, frame };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a running answer in a tab', () => {
  test('grows by the pieces in order, and a piece seen twice is shown once', () => {
    const { store, asked } = setup();
    store.begin('a', { text: 'He', seq: 3 });
    store.delta(['a', 4, 'll', 2]);
    store.delta(['a', 4, 'll', 2]);
    store.delta(['a', 2, 'He', 1]);
    store.delta(['a', 5, 'o', 3]);
    expect(store.get('a')).toMatchObject({ text: 'Hello', seq: 5, tokens: 3 });
    expect(asked).toEqual([]);
  });

  test('keeps what the model thought apart from what it says, also across a gap', async () => {
    const { store, asked } = setup();
    store.begin('a', { text: '', reasoning: 'Hm', seq: 1 });
    store.delta(['a', 2, '', 2, ', so']);
    store.delta(['a', 4, 'es', 4]);
    asked[0]?.answer({ seq: 3, text: 'Y', reasoning: '.', state: null });
    await settled();
    expect(store.get('a')).toMatchObject({ reasoning: 'Hm, so.', text: 'Yes', seq: 4 });
  });

  test('asks once for what a gap left out, and loses nothing that came meanwhile', async () => {
    const { store, asked } = setup();
    store.begin('a', { text: 'one ', seq: 1 });
    store.delta(['a', 4, 'four ', 4]);
    store.delta(['a', 5, 'five', 5]);
    expect(asked.map(({ id, after }) => [id, after])).toEqual([['a', 1]]);
    expect(store.get('a')?.text).toBe('one ');
    asked[0]?.answer({ seq: 4, text: 'two three four ', tokens: 4, state: null });
    await settled();
    expect(store.get('a')).toMatchObject({ text: 'one two three four five', seq: 5, tokens: 5 });
  });

  test('asks again at the next piece when the answer to a gap never came', async () => {
    const { store, asked } = setup();
    store.begin('a', { text: '', seq: 0 });
    store.delta(['a', 2, 'b', 2]);
    asked[0]?.fail();
    await settled();
    store.delta(['a', 3, 'c', 3]);
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ seq: 1, text: 'a', state: null });
    await settled();
    expect(store.get('a')?.text).toBe('abc');
  });

  test('is whole in a tab that joins in the middle without having fetched the message', async () => {
    const { store, asked } = setup();
    store.delta(['a', 7, 'end', 9]);
    expect(asked[0]).toMatchObject({ id: 'a', after: 0 });
    asked[0]?.answer({ seq: 7, text: 'start end', tokens: 9, state: { phase: 'answering' } });
    await settled();
    expect(store.get('a')).toEqual({
      text: 'start end',
      reasoning: '',
      seq: 7,
      tokens: 9,
      state: { phase: 'answering' },
    });
  });

  test('after a reconnect goes on from the last piece seen', async () => {
    const { store, asked } = setup();
    store.begin('a', { text: 'so far', seq: 6 });
    store.begin('b', { text: '', seq: 0 });
    const caughtUp = store.catchUpAll();
    expect(asked.map(({ id, after }) => [id, after])).toEqual([
      ['a', 6],
      ['b', 0],
    ]);
    for (const { answer, id } of asked) answer({ seq: 9, text: ` and on ${id}`, state: null });
    await caughtUp;
    expect(store.get('a')?.text).toBe('so far and on a');
    expect(store.get('b')?.text).toBe(' and on b');
  });

  test('ignores a late answer to a gap when a newer copy of the message has arrived', async () => {
    const { store, asked } = setup();
    store.begin('a', { text: 'a', seq: 1 });
    store.delta(['a', 3, 'c', 3]);
    store.begin('a', { text: 'abcd', seq: 4 });
    asked[0]?.answer({ seq: 3, text: 'bc', state: null });
    await settled();
    expect(store.get('a')).toMatchObject({ text: 'abcd', seq: 4 });
  });

  test('an older copy of the message never takes text back', () => {
    const { store } = setup();
    store.begin('a', { text: 'abcd', seq: 4 });
    store.begin('a', { text: 'ab', seq: 2 });
    expect(store.get('a')?.text).toBe('abcd');
  });

  test('is drawn at most once a frame, and only where it is shown', () => {
    const { store, frame } = setup();
    let drawn = 0;
    let other = 0;
    store.subscribe('a', () => (drawn += 1));
    store.subscribe('b', () => (other += 1));
    store.begin('a', { text: '', seq: 0 });
    for (let seq = 1; seq <= 50; seq += 1) store.delta(['a', seq, 'x', seq]);
    expect(drawn).toBe(0);
    frame();
    expect([drawn, other]).toEqual([1, 0]);
    store.delta(['a', 51, 'y', 51]);
    frame();
    expect(drawn).toBe(2);
  });

  test('gives way to the finished message at once, also for a part that subscribed before it ran', () => {
    const { store } = setup();
    const seen: (string | undefined)[] = [];
    store.subscribe('a', () => seen.push(store.get('a')?.text));
    expect(store.get('a')).toBeUndefined();
    store.begin('a', { text: 'done', seq: 1 });
    store.end('a');
    expect(seen).toEqual([undefined]);
    expect(store.get('a')).toBeUndefined();
  });
});
