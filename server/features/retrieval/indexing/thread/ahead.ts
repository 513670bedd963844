/** Does `work` for some items ahead of the one that is asked for, in their order. `work` must not throw. */
export async function* ahead<Item, Result>(
  items: Iterable<Item>,
  depth: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting: Promise<Result>[] = [];
  for (const item of items) {
    waiting.push(work(item));
    if (waiting.length < depth) continue;
    const first = waiting.shift();
    if (first !== undefined) yield await first;
  }
  for (const rest of waiting) yield await rest;
}
