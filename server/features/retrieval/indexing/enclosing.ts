interface Lines {
  line: number;
  endLine: number;
}

/** For each place the innermost range around its line, as an index; both in the order of the file, ranges nested or apart. */
export function enclosing(
  ranges: readonly Lines[],
  places: readonly { line: number }[],
): (number | undefined)[] {
  const order = ranges.map((range, at) => ({ ...range, at })).toSorted((a, b) => a.line - b.line);
  const open: typeof order = [];
  let next = 0;
  return places.map(({ line }) => {
    for (let range = order[next]; range !== undefined && range.line <= line; range = order[next]) {
      open.push(range);
      next += 1;
    }
    while ((open.at(-1)?.endLine ?? line) < line) open.pop();
    return open.findLast(({ endLine }) => endLine >= line)?.at;
  });
}
