import { isBusy, joinSpans, type Span } from './span.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const QUARTER = 900_000;
const DAY = 24 * 60 * MINUTE;
/** Milliseconds that measurements are kept as they were made. */
export const KEPT_FINE = 2 * MINUTE;
/** Milliseconds that spans of each length are kept: some thousand of each at most. */
export const KEPT = { [SECOND]: 60 * MINUTE, [MINUTE]: DAY, [QUARTER]: 30 * DAY } as const;
export const STEPS = [SECOND, MINUTE, QUARTER] as const;

export type Step = (typeof STEPS)[number];

interface DecayOptions {
  /** A whole second, minute or quarter of an hour is over. */
  keep(step: Step, span: Span): void;
}

export interface Decay {
  add(span: Span): void;
  /** Spans as they were measured, of the last two minutes, oldest first. */
  fine(): Span[];
  /** `kept`, and with it the span in progress. */
  upToNow(step: Step, kept: Span[]): Span[];
  /** Keeps what was gathered of the spans in progress. */
  flush(): void;
}

/** Holds fresh measurements whole and gives them away in longer and longer spans. */
export function createDecay({ keep }: DecayOptions): Decay {
  const fine: Span[] = [];
  const open = new Map<Step, Span>();

  const close = (step: Step) => {
    const span = open.get(step);
    open.delete(step);
    // An idle second tells what its minute tells.
    if (span !== undefined && (step !== SECOND || isBusy(span))) keep(step, span);
  };

  const gather = (step: Step, span: Span) => {
    const at = Math.floor(span.at / step) * step;
    if (open.get(step)?.at !== at) close(step);
    const before = open.get(step);
    open.set(step, before === undefined ? { ...span, at } : joinSpans(before, span));
  };

  return {
    add(span) {
      fine.push(span);
      while (fine[0] !== undefined && fine[0].at < span.at - KEPT_FINE) fine.shift();
      for (const step of STEPS) gather(step, span);
    },
    fine: () => fine,
    upToNow(step, kept) {
      const now = open.get(step);
      const last = kept.at(-1);
      if (now === undefined || (step === SECOND && !isBusy(now))) return kept;
      // The part from before a restart is kept already.
      return last?.at === now.at ? [...kept.slice(0, -1), joinSpans(last, now)] : [...kept, now];
    },
    flush: () => STEPS.forEach(close),
  };
}
