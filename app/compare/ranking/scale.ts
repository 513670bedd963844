/** Where points lie on a line from 0 to 1. */
export interface Scale {
  at(points: number): number;
  /** Round numbers on it. */
  ticks: number[];
}

const STEPS = [25, 50, 100, 200, 400, 800];

/** A scale that holds all intervals of those that have votes, and the mean. */
export function scaleOf(standings: readonly { low: number; high: number; votes: number }[]): Scale {
  const known = standings.filter(({ votes }) => votes > 0);
  const lowest = Math.min(950, ...known.map(({ low }) => low));
  const highest = Math.max(1050, ...known.map(({ high }) => high));
  const margin = (highest - lowest) * 0.04;
  const [from, to] = [lowest - margin, highest + margin];
  const step = STEPS.find((size) => (to - from) / size <= 6) ?? 1600;
  const ticks = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return { at: (points) => Math.min(1, Math.max(0, (points - from) / (to - from))), ticks };
}
