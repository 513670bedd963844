import type { Delta, GenerationResult } from '#server/generation/generation.ts';
import type { FinishReason, TokenLogprobs } from '#server/worker/protocol.ts';

/** An answer gathered from its deltas. */
export interface Whole {
  text: string;
  reasoning: string;
  logprobs: TokenLogprobs[];
  result: GenerationResult;
}

/** How one kind of completion reads on the wire. Choices are given without their index. */
export interface AnswerShape {
  object: string;
  chunkObject: string;
  idPrefix: string;
  /** The first chunk of a choice; null for none. */
  opening: object | null;
  /** Null when the delta has nothing to show yet. */
  piece(delta: Delta): object | null;
  ending(reason: FinishReason): object;
  whole(answer: Whole): object;
}

export function gather(): { add(delta: Delta): void; whole(result: GenerationResult): Whole } {
  const deltas: Delta[] = [];
  return {
    add: (delta) => void deltas.push(delta),
    whole: (result) => ({
      text: deltas.map(({ text }) => text).join(''),
      reasoning: deltas.map(({ reasoning }) => reasoning).join(''),
      logprobs: deltas.flatMap(({ logprobs }) => logprobs),
      result,
    }),
  };
}

/** A token's bytes as text; incomplete characters show as U+FFFD. */
export function textOfBytes(bytes: number[]): string {
  return Buffer.from(bytes).toString('utf8');
}
