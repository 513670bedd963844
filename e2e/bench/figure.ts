/** One line of the table of python/bench/versus.py: `value` is held against the bar. */
export interface Figure {
  name: string;
  ours: string;
  theirs: string;
  value: number;
  bar: number | null;
  side: 'at least' | 'at most';
}

export function report(figure: Figure): void {
  console.log(JSON.stringify(figure));
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
