import { setImmediate as turn } from 'node:timers/promises';
import { seeded } from '../seeded.ts';
import type { Estimate } from './contract.ts';

/** Rank from 1 of the right place among the first ten; null when it is not there. */
export type Rank = number | null;

const RESAMPLES = 2000;
/** Between two of these the event loop may do something else. */
const AT_ONCE = 50;

/** 1 / rank, 0 for what was not found: its mean is the mean reciprocal rank. */
export function reciprocal(rank: Rank): number {
  return rank === null ? 0 : 1 / rank;
}

/** The arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * A mean with its 95 % interval: percentiles 2.5 and 97.5 of the means of 2,000 resamples with replacement
 * (B. Efron, "Bootstrap methods", Annals of Statistics 7, 1979). Seeded: the same values give the same interval.
 */
export async function estimate(values: readonly number[], seed = 13): Promise<Estimate> {
  const value = mean(values);
  if (values.length === 0) return { value, low: 0, high: 0 };
  const random = seeded(seed);
  const means: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw += 1) {
      sum += values[Math.floor(random() * values.length)] ?? 0;
    }
    means.push(sum / values.length);
    if (resample % AT_ONCE === AT_ONCE - 1) await turn();
  }
  means.sort((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))] ?? value;
  return { value, low: at(0.025), high: at(0.975) };
}

/** Shuffled by a seed, the first fifth to tune on and the rest to report. */
export function split<Item>(items: readonly Item[], seed = 13): { tuning: Item[]; reported: Item[] } {
  const shuffled = shuffle(items, seed);
  const fifth = Math.floor(shuffled.length / 5);
  return { tuning: shuffled.slice(0, fifth), reported: shuffled.slice(fifth) };
}

/** In an order that only the seed decides (Fisher and Yates). */
export function shuffle<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seeded(seed);
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [one, two] = [shuffled[at], shuffled[other]];
    if (one === undefined || two === undefined) continue;
    shuffled[at] = two;
    shuffled[other] = one;
  }
  return shuffled;
}
