import type { ToolCallDelta } from '#server/worker/protocol.ts';
import type { Delta } from './generation.ts';

/** Text, reasoning, token ids and seq of an answer so far. */
export interface AnswerSoFar {
  seq: number;
  text: string;
  reasoning: string;
  tokenIds: number[];
}

/** What of an answer a reader has not seen. */
export interface AnswerTail {
  text: string;
  reasoning: string;
  toolCalls: ToolCallDelta[];
}

type Piece = Omit<Delta, 'seq' | 'tokens'>;

export interface AnswerStream {
  /** Ids and what they say, which belong together. */
  push(piece: Piece): void;
  /** Emits what waits. */
  flush(): void;
  /** Everything, what waits included; the arrays are the stream's own. */
  soFar(): AnswerSoFar;
  /** Seq of the last delta. */
  seq(): number;
  /** Tokens up to the last delta. */
  tokens(): number;
  /** What the deltas after `seq` said; from the very start for 0. Tool calls only since this run began. */
  after(seq: number): AnswerTail;
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
  const baseTail: AnswerTail = { text: base?.text ?? '', reasoning: base?.reasoning ?? '', toolCalls: [] };
  const tokenIds = [...(base?.tokenIds ?? [])];
  /** By seq, from `baseSeq + 1`. */
  const pieces: AnswerTail[] = [];
  let seq = baseSeq;
  let emitted = tokenIds.length;
  let waiting = nothing();
  let lastFlush = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (emitted === tokenIds.length && isNothing(waiting)) return;
    const delta = { ...waiting, tokenIds: tokenIds.slice(emitted), tokens: tokenIds.length };
    waiting = nothing();
    emitted = tokenIds.length;
    seq += 1;
    pieces.push({ text: delta.text, reasoning: delta.reasoning, toolCalls: delta.toolCalls });
    lastFlush = performance.now();
    emit({ seq, ...delta });
  };

  return {
    push(piece) {
      for (const id of piece.tokenIds) tokenIds.push(id);
      waiting.text += piece.text;
      waiting.reasoning += piece.reasoning;
      waiting.toolCalls.push(...piece.toolCalls);
      waiting.logprobs.push(...piece.logprobs);
      if (timer) return;
      const wait = lastFlush + DELTA_MS - performance.now();
      if (wait <= 0) flush();
      else timer = setTimeout(flush, wait);
    },
    flush,
    soFar: () => {
      const { text, reasoning } = joinTails([baseTail, ...pieces, waiting]);
      return { seq, tokenIds, text, reasoning };
    },
    seq: () => seq,
    tokens: () => emitted,
    after: (from) =>
      joinTails([...(from === 0 ? [baseTail] : []), ...pieces.slice(Math.max(0, from - baseSeq))]),
  };
}

function nothing(): Omit<Piece, 'tokenIds'> {
  return { text: '', reasoning: '', toolCalls: [], logprobs: [] };
}

function isNothing({ text, reasoning, toolCalls }: AnswerTail): boolean {
  return text === '' && reasoning === '' && toolCalls.length === 0;
}

function joinTails(tails: AnswerTail[]): AnswerTail {
  return {
    text: tails.map((tail) => tail.text).join(''),
    reasoning: tails.map((tail) => tail.reasoning).join(''),
    toolCalls: tails.flatMap((tail) => tail.toolCalls),
  };
}
