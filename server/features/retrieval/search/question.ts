import type { IndexDatabase } from '../indexing/index-schema-store.ts';

/** What a question is answered from, in the thread that reads indexes. */
export interface ReadingPlace {
  index: IndexDatabase;
  /** Real path of the workspace, for the text of files. */
  root: string;
  /** Hands over what there is so far; whoever asks gets it when the time is up before the answer. */
  partial(answer: unknown): void;
  /** Whether nobody waits any more. Lets the thread look at its messages first, so it costs a turn of its loop. */
  abandoned(): Promise<boolean>;
}

/**
 * A question to an index: pure in what it reads, answered in a thread that is ended when the time is up, because
 * SQLite and regular expressions cannot be interrupted. Input and answer are structured-clonable.
 */
export type Question<Input, Answer> = (place: ReadingPlace, input: Input) => Answer | Promise<Answer>;
