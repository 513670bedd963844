import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { ResolveImport } from '../../parsing/imports/resolve-import.ts';
import type { FileChange, IndexWriter } from '../index-writer-store.ts';
import type { IndexPlace, IndexReply, RunProgress } from './messages.ts';
import type { Pulse } from './pulse.ts';
import type { FileParser } from './take-file.ts';

/** A run was stopped from outside; what it committed stays. */
export class Stopped extends Error {}
/** The folder is not there. */
export class MissingFolder extends Error {}

const REPORT_MS = 100;
/** An edit waits for a run no longer than this, and one file. */
const SLICE_MS = 25;

interface RunOptions {
  run: number;
  place: IndexPlace;
  writer: IndexWriter;
  parser: FileParser;
  pulse: Pulse;
  resolveImport: ResolveImport;
  reply: (reply: IndexReply) => void;
  /** Does what is more urgent; throws Stopped when this run shall end. */
  between: (run: Run) => Promise<void>;
}

/** One piece of work on one index, and what it tells on the way. */
export class Run {
  readonly run: number;
  readonly place: IndexPlace;
  readonly writer: IndexWriter;
  readonly parser: FileParser;
  readonly pulse: Pulse;
  readonly resolveImport: ResolveImport;
  /** Paths that an update took up while this run was under way. */
  readonly updated = new Set<string>();
  /** Called before an update of the same index, to commit what this run has in hand. */
  beforeUpdates: () => void = () => undefined;
  readonly #options: RunOptions;
  #reportedAt = 0;
  #slice = performance.now();
  #chunks = 0;
  #lines = 0;

  constructor(options: RunOptions) {
    this.run = options.run;
    this.place = options.place;
    this.writer = options.writer;
    this.parser = options.parser;
    this.pulse = options.pulse;
    this.resolveImport = options.resolveImport;
    this.#options = options;
  }

  /** Lets messages in, and what is more urgent pass. Errors: Stopped. */
  readonly breathe = async (): Promise<void> => {
    await turn();
    await this.#options.between(this);
    this.#slice = performance.now();
  };

  /** As `breathe`, when it is time. */
  async breatheNow(): Promise<void> {
    if (performance.now() - this.#slice >= SLICE_MS) await this.breathe();
  }

  report(progress: Pick<RunProgress, 'phase' | 'done' | 'total'>, when?: 'at once'): void {
    const now = performance.now();
    if (when === undefined && now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    this.#options.reply({
      ...{ kind: 'progress', run: this.run, totals: this.writer.totals },
      progress: { ...progress, chunks: this.#chunks, lines: this.#lines },
    });
  }

  /** Tells what was committed. */
  readonly wrote = (changes: readonly FileChange[]): void => {
    const paths: string[] = [];
    for (const change of changes) {
      if (change.kind === 'indexed') {
        this.#chunks += change.contents.chunks.length;
        this.#lines += change.file.lines;
      }
      if (change.kind !== 'touched') paths.push(change.kind === 'gone' ? change.path : change.file.path);
    }
    if (paths.length === 0) return;
    this.#options.reply({ kind: 'written', run: this.run, paths, totals: this.writer.totals });
  };

  needFolder(): void {
    const there = statSync(this.place.root, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!there) throw new MissingFolder(`The folder ${this.place.root} is not there.`);
  }
}
