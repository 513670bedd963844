import type { FileRow } from '../names/file-store.ts';
import { type LineMatch, lineMatches } from './line-matches.ts';
import { runWithin } from './run-within.ts';

/** A file whose text was read. */
export interface ReadFile {
  file: FileRow;
  text: string;
  hash: string;
}

export interface FoundLine extends ReadFile {
  match: LineMatch;
}

/** Milliseconds that a pattern works before it is looked whether anybody still waits. */
const SLICE_MS = 25;
/** Milliseconds for one file. Each that took too long leaves less to the next, so that a folder full of them comes to an end. */
const FILE_MS = 300;
const LEAST_FILE_MS = 50;
const LESS_MS = 50;

/** Looks for a pattern in texts, a slice of time at a time. A text on which it takes too long is given up, the others are not. */
export class MatchRun {
  /** Files that were given up; the lines found in them before count. */
  readonly slow: string[] = [];
  readonly #pattern: RegExp;
  #texts: ReadFile[] = [];
  #lines: Generator<LineMatch> | undefined;
  /** Milliseconds that the first text took so far. */
  #spent = 0;

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
  }

  get waiting(): number {
    return this.#texts.length;
  }

  add(texts: ReadFile[]): void {
    this.#texts.push(...texts);
  }

  /** The next lines in which the pattern is, `most` of them at most; maybe none yet. */
  next(most: number): FoundLine[] {
    const found: FoundLine[] = [];
    const limit = Math.max(LEAST_FILE_MS, FILE_MS - LESS_MS * this.slow.length);
    let begin = performance.now();
    const until = begin + SLICE_MS;
    const ended = runWithin(SLICE_MS + limit, () => {
      for (let text = this.#texts[0]; text && found.length < most; [text] = this.#texts) {
        this.#lines ??= lineMatches(text.text, this.#pattern);
        const line = this.#lines.next();
        if (line.done === true) {
          this.#leave();
          begin = performance.now();
        } else found.push({ ...text, match: line.value });
        if (performance.now() > until) return;
      }
    });
    this.#spent += performance.now() - begin;
    const [text] = this.#texts;
    if (text && (!ended || this.#spent > limit)) {
      this.slow.push(text.file.path);
      this.#leave();
    }
    return found;
  }

  #leave(): void {
    this.#texts.shift();
    this.#lines = undefined;
    this.#spent = 0;
  }
}
