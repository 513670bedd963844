import { setImmediate as turn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { AppError, isDiskFull, systemCode } from '#server/kernel/errors.ts';
import type { ResolveImport } from '../../parsing/imports/resolve-import.ts';
import type { IndexCommand, IndexReply, RunFailure } from './messages.ts';
import { createPulse } from './pulse.ts';
import { MissingFolder, Run, Stopped } from './run.ts';
import { scan } from './scan.ts';
import type { FileParser } from './take-file.ts';
import { update } from './update.ts';
import { OpenWriters } from './open-writers.ts';

export interface IndexingTools {
  parser: FileParser;
  /** Made anew for every run: what a folder says about its imports may have changed. */
  resolverFor(root: string): ResolveImport;
}

interface Serving {
  port: MessagePort;
  /** From createPulseMemory. */
  memory: SharedArrayBuffer;
  createTools: () => Promise<IndexingTools>;
}

type Work = Exclude<IndexCommand, { kind: 'stop' }>;
type RunWork = Exclude<Work, { kind: 'release' }>;

/** Milliseconds without work after which the many small parts that edits left are merged. */
const IDLE_MS = 3000;

/** Serves the thread that writes indexes: one scan at a time, updates in between, until the thread is ended. */
export function serveIndexing(serving: Serving): void {
  const server = new IndexServer(serving);
  serving.port.on('message', (command: IndexCommand) => server.accept(command));
}

class IndexServer {
  readonly #serving: Serving;
  readonly #writers = new OpenWriters();
  readonly #waiting: Record<Work['kind'], Work[]> = { update: [], release: [], scan: [] };
  readonly #stopped = new Set<number>();
  #tools: Promise<IndexingTools> | undefined;
  #busy = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(serving: Serving) {
    this.#serving = serving;
  }

  accept(command: IndexCommand): void {
    if (command.kind === 'stop') this.#stopped.add(command.run);
    else this.#waiting[command.kind].push(command);
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    clearTimeout(this.#idle);
    const { update: updates, release: releases, scan: scans } = this.#waiting;
    const next = () => updates.shift() ?? releases.shift() ?? scans.shift();
    for (let work = next(); work !== undefined; work = next()) {
      this.#writers.trim();
      if (work.kind !== 'release') await this.#perform(work);
      else {
        this.#writers.close(work.index);
        this.#reply({ kind: 'released', run: work.run });
      }
    }
    this.#stopped.clear();
    this.#busy = false;
    this.#idle = setTimeout(() => void this.#tidy(), IDLE_MS).unref();
  }

  async #perform(work: RunWork, during?: Run): Promise<void> {
    const { run, place } = work;
    try {
      if (this.#stopped.has(run)) throw new Stopped();
      this.#tools ??= this.#serving.createTools();
      const { parser, resolverFor } = await this.#tools;
      const writer = this.#writers.open(place.index);
      const task = new Run({
        ...{ run, place, writer, parser, resolveImport: resolverFor(place.root) },
        ...{ pulse: createPulse(this.#serving.memory), reply: this.#reply, between: this.#between },
      });
      const changed =
        work.kind === 'scan' ? await scan(task) : await updateDuring(task, work.changes, during);
      const { totals } = writer;
      this.#reply({ kind: 'ended', run, stopped: false, changed, totals, complete: isComplete(writer) });
    } catch (error) {
      const kept = this.#writers.find(place.index);
      if (!(error instanceof Stopped)) this.#fail(work, error);
      else {
        const complete = kept !== undefined && isComplete(kept);
        this.#reply({
          kind: 'ended',
          run,
          stopped: true,
          changed: 0,
          totals: kept?.totals ?? null,
          complete,
        });
      }
    }
  }

  readonly #between = async (run: Run): Promise<void> => {
    const { update: updates } = this.#waiting;
    for (let work = updates.shift(); work !== undefined; work = updates.shift()) {
      if (work.kind === 'update') await this.#perform(work, run);
    }
    if (this.#stopped.has(run.run)) throw new Stopped();
  };

  readonly #reply = (message: IndexReply): void => this.#serving.port.postMessage(message);

  #fail({ run, place }: RunWork, error: unknown): void {
    this.#writers.close(place.index);
    const message = error instanceof Error ? error.message : String(error);
    this.#reply({ kind: 'failed', run, failure: failureOf(error), message });
  }

  async #tidy(): Promise<void> {
    for (const writer of this.#writers.all()) {
      while (!this.#busy && writer.mergeWords()) await turn();
    }
  }
}

async function updateDuring(
  task: Run,
  changes: Extract<IndexCommand, { kind: 'update' }>['changes'],
  during: Run | undefined,
): Promise<number> {
  if (during?.place.index === task.place.index) {
    during.beforeUpdates();
    for (const { path } of changes) during.updated.add(path);
  }
  return update(task, changes);
}

function isComplete(writer: Run['writer']): boolean {
  return writer.fact('complete') !== undefined;
}

function failureOf(error: unknown): RunFailure {
  if (error instanceof MissingFolder) return 'missing';
  if (isDiskFull(error)) return 'full';
  if (error instanceof AppError && error.code === 'conflict') return 'version';
  const code = systemCode(error) ?? '';
  const damaged = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_READONLY_DBMOVED'];
  return damaged.some((one) => code.startsWith(one)) ? 'damaged' : 'other';
}
