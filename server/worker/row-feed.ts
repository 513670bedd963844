import type { ErrorCode } from '#server/kernel/errors.ts';
import type {
  CacheReceipt,
  FinishReason,
  SpeculationReceipt,
  Timings,
  TokenLogprobs,
  ToolCall,
  ToolCallDelta,
  Usage,
} from './protocol.ts';

/** What one row reports, in order. `finished` is the last, exactly once. */
export type RowEvent =
  | {
      type: 'admitted';
      promptTokens: number;
      seed: number;
      promptHash: string;
      promptTokenIds: number[] | null;
    }
  | { type: 'prefill'; done: number; total: number; cached: number }
  /** `step` counts decode steps since load; several steps are joined when the reader is behind. */
  | RowTokens
  | RowFinished;

export interface RowTokens {
  type: 'tokens';
  step: number;
  tokenIds: number[];
  text: string;
  reasoning: string;
  toolCalls: ToolCallDelta[];
  /** One for each token where they were asked for. */
  logprobs: TokenLogprobs[];
}

export interface RowFinished {
  type: 'finished';
  tokenIds: number[];
  text: string;
  reasoning: string;
  /** All calls of the answer, whole. */
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  usage: Usage;
  timings: Timings;
  /** Null when the engine refused the row. */
  cache: CacheReceipt | null;
  /** Null when nothing was guessed ahead. */
  speculation: SpeculationReceipt | null;
  error: { code: ErrorCode; message: string; details?: Record<string, unknown> } | null;
}

export interface RowFeed {
  push(event: RowEvent): void;
  /** Ends the row without `finished`: the reader gets `error` after what has already arrived. */
  fail(error: Error): void;
  /** Once. `left` runs when the reader stops early. */
  read(left: () => void): AsyncGenerator<RowEvent, void>;
}

/** How the engine is told that the row's reader is behind, and that it has caught up. */
export interface RowFlow {
  pause(): void;
  continue(): void;
}

/** Tokens that may wait for a reader before its row leaves the batch; below a quarter it goes on. */
export const MOST_UNREAD_TOKENS = 256;

const ALWAYS: RowFlow = { pause: () => undefined, continue: () => undefined };

/**
 * Holds what a row has reported until its reader takes it. Waiting tokens are joined into one event and
 * waiting prefill reports replace each other, so that a slow reader costs its own answer and never a queue;
 * one that stays behind pauses its row.
 */
export function createRowFeed(flow: RowFlow = ALWAYS): RowFeed {
  const waiting: RowEvent[] = [];
  let unread = 0;
  let paused = false;
  let failure: Error | null = null;
  let wake = () => {};

  return {
    push(event) {
      if (failure === null) enqueue(waiting, event);
      if (failure === null && event.type === 'tokens') unread += event.tokenIds.length;
      if (!paused && unread > MOST_UNREAD_TOKENS) {
        paused = true;
        flow.pause();
      }
      wake();
    },
    fail(error) {
      failure ??= error;
      wake();
    },
    async *read(left) {
      let ended = false;
      try {
        for (;;) {
          const event = waiting.shift();
          if (event !== undefined) {
            if (event.type === 'tokens') unread -= event.tokenIds.length;
            if (paused && unread < MOST_UNREAD_TOKENS / 4) {
              paused = false;
              flow.continue();
            }
            ended = event.type === 'finished';
            yield event;
            if (ended) return;
          } else if (failure !== null) {
            ended = true;
            throw failure;
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        if (!ended) left();
      }
    },
  };
}

function enqueue(waiting: RowEvent[], event: RowEvent): void {
  const last = waiting.at(-1);
  if (event.type === 'tokens' && last?.type === 'tokens') {
    last.tokenIds.push(...event.tokenIds);
    last.text += event.text;
    last.reasoning += event.reasoning;
    last.toolCalls.push(...event.toolCalls);
    last.logprobs.push(...event.logprobs);
    last.step = event.step;
  } else if (event.type === 'prefill' && last?.type === 'prefill') {
    waiting[waiting.length - 1] = event;
  } else {
    waiting.push(event);
  }
}
