import type { Delta } from './generation.ts';

export interface Journal {
  add(delta: Delta): void;
  /** Writes what waits. */
  flush(): void;
  stop(): void;
}

interface JournalOptions {
  write(piece: Delta): void;
  /** A write failed; the piece waits for the next one. */
  failed(error: unknown): void;
}

/** Milliseconds between two writes: 15 a second, so that a killed daemon loses a few tokens. */
const JOURNAL_MS = 66;
/** A fast model decodes dozens of tokens in that time: a killed daemon may lose 20, so this many are not held back. */
const MAX_WAITING_TOKENS = 8;

/** Joins deltas into pieces for the database. A piece that could not be written (disk full) is kept and tried again. */
export function createJournal({ write, failed }: JournalOptions): Journal {
  let waiting: Delta | null = null;
  let timer: NodeJS.Timeout | null = null;

  const stop = () => {
    if (timer) clearTimeout(timer);
    timer = null;
  };

  const flush = () => {
    stop();
    if (!waiting) return;
    try {
      write(waiting);
      waiting = null;
    } catch (error) {
      failed(error);
    }
  };

  return {
    add(delta) {
      waiting = waiting ? join(waiting, delta) : delta;
      if (waiting.tokenIds.length >= MAX_WAITING_TOKENS) flush();
      else timer ??= setTimeout(flush, JOURNAL_MS);
    },
    flush,
    stop,
  };
}

function join(earlier: Delta, later: Delta): Delta {
  return {
    seq: later.seq,
    text: earlier.text + later.text,
    reasoning: earlier.reasoning + later.reasoning,
    tokenIds: [...earlier.tokenIds, ...later.tokenIds],
    tokens: later.tokens,
    toolCalls: [...earlier.toolCalls, ...later.toolCalls],
    logprobs: [...earlier.logprobs, ...later.logprobs],
  };
}
