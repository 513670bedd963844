import type { IndexState } from './contract.ts';

interface Sample {
  at: number;
  files: number;
  chunks: number;
  lines: number;
}

/** Milliseconds over which a rate is measured. */
const SPAN_MS = 5000;
/** A rate over less than this says nothing. */
const SHORTEST_MS = 300;

/** Measures how fast a run goes, from what it has done at some moments. */
export class Meter {
  #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.push(sample);
    const from = this.#samples.findIndex(({ at }) => at >= sample.at - SPAN_MS);
    if (from > 1) this.#samples = this.#samples.slice(from - 1);
  }

  /** Per second over the last seconds; null while too little was seen. */
  rate(): IndexState['rate'] {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return null;
    const perSecond = (key: 'files' | 'chunks' | 'lines') =>
      ((last[key] - first[key]) / (last.at - first.at)) * 1000;
    return { files: perSecond('files'), chunks: perSecond('chunks'), lines: perSecond('lines') };
  }

  secondsLeft(total: number | null): number | null {
    const rate = this.rate();
    const done = this.#samples.at(-1)?.files ?? 0;
    if (total === null || rate === null || rate.files <= 0) return null;
    return Math.max(0, (total - done) / rate.files);
  }
}
