import type { IndexDatabase } from '../indexing/index-schema-store.ts';

/** What a question is answered from, in the thread that reads indexes. */
export interface ReadingPlace {
  index: IndexDatabase;
  /** Real path of the workspace, for the text of files. */
  root: string;
}

/**
 * A question to an index: pure in what it reads, answered in a thread that is ended when the time is up, because
 * SQLite and regular expressions cannot be interrupted. Input and answer are structured-clonable.
 */
export type Question<Input, Answer> = (place: ReadingPlace, input: Input) => Answer | Promise<Answer>;
