import type { Delta } from './generation.ts';

/** Text, token ids and seq of an answer so far. */
export interface AnswerSoFar {
  seq: number;
  text: string;
  tokenIds: number[];
}

export interface AnswerStream {
  /** Ids and text that belong together. */
  push(tokenIds: number[], text: string): void;
  /** Emits what waits. */
  flush(): void;
  /** Everything, what waits included; the arrays are the stream's own. */
  soFar(): AnswerSoFar;
  /** Seq of the last delta. */
  seq(): number;
  /** Tokens up to the last delta. */
  tokens(): number;
  /** Text of the deltas after `seq`; from the very start for 0. */
  after(seq: number): string;
}

interface StreamOptions {
  /** Where an answer that goes on has stopped. */
  base: AnswerSoFar | null;
  emit(delta: Delta): void;
}

/** Milliseconds between two deltas: about two frames of a 60 Hz screen, and 40 events a second. */
const DELTA_MS = 25;

/** Gathers an answer; the first piece leaves at once, later ones at most every 25 ms. */
export function createAnswerStream({ base, emit }: StreamOptions): AnswerStream {
  const baseSeq = base?.seq ?? 0;
  const baseText = base?.text ?? '';
  const tokenIds = [...(base?.tokenIds ?? [])];
  /** Text by seq, from `baseSeq + 1`. */
  const pieces: string[] = [];
  let seq = baseSeq;
  let emitted = tokenIds.length;
  let waitingText = '';
  let lastFlush = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (waitingText === '' && emitted === tokenIds.length) return;
    const delta = { text: waitingText, tokenIds: tokenIds.slice(emitted), tokens: tokenIds.length };
    waitingText = '';
    emitted = tokenIds.length;
    seq += 1;
    pieces.push(delta.text);
    lastFlush = performance.now();
    emit({ seq, ...delta });
  };

  return {
    push(ids, text) {
      for (const id of ids) tokenIds.push(id);
      waitingText += text;
      if (timer) return;
      const wait = lastFlush + DELTA_MS - performance.now();
      if (wait <= 0) flush();
      else timer = setTimeout(flush, wait);
    },
    flush,
    soFar: () => ({ seq, tokenIds, text: baseText + pieces.join('') + waitingText }),
    seq: () => seq,
    tokens: () => emitted,
    after: (from) => (from === 0 ? baseText : '') + pieces.slice(Math.max(0, from - baseSeq)).join(''),
  };
}
