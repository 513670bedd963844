import { normalQuantile } from './normal.ts';

/** A share of `total`, with its 95 % interval; shares between 0 and 1, `share` null when `total` is 0. */
export interface Proportion {
  count: number;
  total: number;
  share: number | null;
  low: number;
  high: number;
}

const z = normalQuantile(0.975);

/**
 * The score interval of a proportion (E. B. Wilson, Probable inference, the law of succession, and statistical
 * inference, JASA 22, 1927). Of nothing, the interval is 0 to 1.
 */
export function proportion(count: number, total: number): Proportion {
  if (total === 0) return { count, total, share: null, low: 0, high: 1 };
  const share = count / total;
  const scale = 1 + z ** 2 / total;
  const middle = (share + z ** 2 / (2 * total)) / scale;
  const reach = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return {
    count,
    total,
    share,
    low: count === 0 ? 0 : middle - reach,
    high: count === total ? 1 : middle + reach,
  };
}
