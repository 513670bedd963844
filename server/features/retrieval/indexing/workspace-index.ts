import { statSync } from 'node:fs';
import type { FolderChanges } from '#server/files/watch-folder.ts';
import type { Disk } from '#server/kernel/disk.ts';
import type { WorkspaceEntry } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { ChoiceStore } from './choice-store.ts';
import type { IndexState } from './contract.ts';
import type { IndexFiles } from './index-files.ts';
import { glanceAtTotals } from './index-glance-store.ts';
import type { IndexingThread, RunEnd, RunListener, StartedRun } from './indexing-thread.ts';
import { Lookout } from './lookout.ts';
import { Meter } from './meter.ts';
import type { RunProgress } from './thread/messages.ts';

/** The state of an index without what is said of its vectors. */
export type TextIndexState = Omit<IndexState, 'vectors' | 'method'>;

/** Files that were committed; `more`: any others may have changed too. */
export interface IndexChange {
  paths: string[];
  more: boolean;
}

export interface IndexSurroundings {
  thread: IndexingThread;
  files: IndexFiles;
  choices: ChoiceStore;
  disk: Disk;
  log: Log;
  /** The state changed. */
  changed(workspaceId: string): void;
  /** Files were committed. */
  written(workspaceId: string, change: IndexChange): void;
  /** Everybody who has the index open closes it: another file takes its place. */
  released(workspaceId: string): Promise<void>;
}

const NO_TOTALS: IndexState['indexed'] = { files: 0, chunks: 0, symbols: 0, lines: 0, skipped: 0, failed: 0 };
/** When it is looked again whether the folder is back, whether there is room, whether it goes now. */
const AGAIN_MS = { missing: 3000, full: 10_000, other: 60_000 };
const ROOM_BYTES = 64 * 2 ** 20;

/** The index of one workspace: what it is doing, and what it does next. */
export class WorkspaceIndex {
  readonly #around: IndexSurroundings;
  readonly #lookout: Lookout;
  readonly #updates = new Set<StartedRun>();
  #entry: WorkspaceEntry;
  #status: IndexState['status'] = 'waiting';
  #error: string | null = null;
  #totals: IndexState['indexed'];
  #progress: RunProgress | undefined;
  #meter = new Meter();
  #updatedAt: number | null = null;
  #scan: (StartedRun & { settled: Promise<void> }) | undefined;
  /** Something happened during the scan that it may have missed. */
  #again = false;
  /** The scan writes a new index beside the current one. */
  #anew: boolean;
  #damagedBefore = false;
  #replacing = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(entry: WorkspaceEntry, around: IndexSurroundings) {
    this.#entry = entry;
    this.#around = around;
    this.#totals = glanceAtTotals(this.path) ?? NO_TOTALS;
    // One that was being built anew when the daemon ended is taken up where it was.
    this.#anew = around.files.isThere(around.files.next(entry.id));
    this.#lookout = new Lookout({ log: around.log, onChange: (changes) => this.#heard(changes) });
  }

  get path(): string {
    return this.#around.files.current(this.#entry.id);
  }

  get state(): TextIndexState {
    const progress = this.#progress;
    return {
      workspace_id: this.#entry.id,
      status: this.#status,
      files: { done: progress?.done ?? 0, total: progress?.total ?? null },
      indexed: this.#totals,
      rate: progress === undefined ? null : this.#meter.rate(),
      seconds_left: progress === undefined ? null : this.#meter.secondsLeft(progress.total),
      error: this.#error ?? this.#lookout.note,
      updated_at: this.#updatedAt,
    };
  }

  start(): void {
    if (this.#around.choices.isPaused(this.#entry.id)) this.#become('paused');
    else this.#begin();
  }

  /** The folder's rules changed. */
  use(entry: WorkspaceEntry): void {
    const { root, include, exclude } = this.#entry;
    const before = JSON.stringify([root, include, exclude]);
    this.#entry = entry;
    if (JSON.stringify([entry.root, entry.include, entry.exclude]) === before) return;
    this.#lookout.useRules(entry);
    if (this.#status !== 'paused') this.#scanAgain();
  }

  async pause(): Promise<void> {
    this.#around.choices.setPaused(this.#entry.id, true);
    await this.#halt();
    this.#become('paused');
  }

  resume(): void {
    this.#around.choices.setPaused(this.#entry.id, false);
    if (this.#status === 'paused' || this.#status === 'failed') this.#begin();
  }

  /** Reads every file again into a new index; the current one answers until that is complete. */
  async rebuild(): Promise<void> {
    this.#around.choices.setPaused(this.#entry.id, false);
    await this.#halt();
    const { files, thread } = this.#around;
    const next = files.next(this.#entry.id);
    await thread.release(next);
    files.remove(next);
    this.#anew = true;
    this.#begin();
  }

  /** The file of the index cannot be read any more: another one is made. */
  async replaceDamaged(): Promise<void> {
    // Where the first one is still being made, that it cannot be read is no damage.
    const isAwaited = this.#status !== 'watching' && !this.#around.files.isThere(this.path);
    if (this.#replacing || this.#ended || isAwaited) return;
    this.#replacing = true;
    try {
      await this.#halt();
      await this.#moveAside();
    } finally {
      this.#replacing = false;
    }
    this.start();
  }

  /** Ends what is under way; what was committed stays for the next start. */
  async stop(): Promise<void> {
    this.#ended = true;
    await this.#halt();
  }

  /** Ends it and deletes its files. */
  async remove(): Promise<void> {
    await this.stop();
    const { files, thread, choices, released } = this.#around;
    await thread.release(this.path);
    await thread.release(files.next(this.#entry.id));
    await released(this.#entry.id);
    files.removeAll(this.#entry.id);
    choices.forget(this.#entry.id);
  }

  /** Watches first, so that nothing that happens during the scan is missed. */
  #begin(): void {
    clearTimeout(this.#timer);
    this.#error = null;
    this.#become('waiting');
    const entry = this.#entry;
    if (!isFolder(entry.root)) {
      this.#fail('missing', `The folder ${entry.root} is not there. When it is back, the index goes on.`);
      return;
    }
    void this.#lookout.start(entry).then(() => {
      if (!this.#ended && this.#status !== 'paused' && entry === this.#entry) this.#scanAgain();
    });
  }

  /** No run is under way afterwards, and none begins by itself. */
  async #halt(): Promise<void> {
    clearTimeout(this.#timer);
    this.#again = false;
    this.#status = 'paused';
    await this.#lookout.stop();
    const runs = [...this.#updates];
    this.#scan?.stop();
    for (const run of runs) run.stop();
    await Promise.all([this.#scan?.settled, ...runs.map(({ end }) => end)]);
  }

  #scanAgain(): void {
    if (this.#scan !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#progress = undefined;
    this.#meter = new Meter();
    const anew = this.#anew;
    const { thread, files } = this.#around;
    const index = anew ? files.next(this.#entry.id) : this.path;
    try {
      files.makeFolder();
    } catch (error) {
      this.#settleFailure({ kind: 'failed', failure: 'full', message: String(error) }, index).catch(
        this.#log,
      );
      return;
    }
    const run = thread.run({ kind: 'scan', place: this.#placeOf(index) }, this.#listener(anew));
    const settled = run.end.then((end) => this.#settleScan(end, index)).catch(this.#log);
    this.#scan = { ...run, settled };
  }

  #placeOf(index: string) {
    const { id: workspaceId, root, include, exclude } = this.#entry;
    return { workspaceId, root, include, exclude, index };
  }

  #listener(anew: boolean): RunListener {
    return {
      progress: ({ progress, totals }) => {
        if (this.#status === 'paused') return;
        this.#progress = progress;
        const { done, chunks, lines } = progress;
        if (progress.phase === 'indexing') {
          this.#meter.add({ at: performance.now(), files: done, chunks, lines });
        }
        if (!anew) this.#totals = totals;
        this.#become(progress.phase);
      },
      written: ({ paths, totals }) => {
        if (anew) return;
        this.#took(totals);
        this.#around.written(this.#entry.id, { paths, more: false });
      },
    };
  }

  async #settleScan(end: RunEnd, index: string): Promise<void> {
    this.#scan = undefined;
    this.#progress = undefined;
    if (end.kind === 'failed') {
      await this.#settleFailure(end, index);
      return;
    }
    if (end.stopped || this.#status === 'paused') return;
    this.#damagedBefore = false;
    if (index !== this.path) {
      await this.#swap();
      this.#took(end.totals ?? NO_TOTALS);
      // Edits went into the old index meanwhile.
      this.#again = true;
    }
    if (end.totals !== null) this.#totals = end.totals;
    this.#error = null;
    this.#become('watching');
    if (this.#again) this.#scanAgain();
  }

  async #swap(): Promise<void> {
    const { thread, files, released } = this.#around;
    await thread.release(files.next(this.#entry.id));
    await thread.release(this.path);
    await released(this.#entry.id);
    files.swap(this.#entry.id);
    this.#anew = false;
    this.#around.written(this.#entry.id, { paths: [], more: true });
  }

  #heard(changes: FolderChanges | 'everything'): void {
    if (this.#status === 'paused' || this.#status === 'failed' || this.#ended) return;
    if (changes === 'everything' || changes.rescan || changes.rulesChanged) {
      this.#scanAgain();
      return;
    }
    if (changes.changes.length === 0) return;
    // Where a new index is built, or the scan waits for its turn, the scan has to look again.
    if (this.#anew && this.#scan !== undefined) this.#again = true;
    const place = this.#placeOf(this.path);
    const task = { kind: 'update', place, changes: changes.changes } as const;
    const run = this.#around.thread.run(task, { ...this.#listener(false), progress: () => undefined });
    this.#updates.add(run);
    run.end.then((end) => this.#settleUpdate(run, end)).catch(this.#log);
  }

  async #settleUpdate(run: StartedRun, end: RunEnd): Promise<void> {
    this.#updates.delete(run);
    if (this.#status === 'paused' || this.#ended) return;
    if (end.kind === 'failed') await this.#settleFailure(end, this.path);
    else if (end.totals !== null) this.#totals = end.totals;
    if (end.kind === 'ended' && !end.complete && this.#scan === undefined) this.#scanAgain();
  }

  async #settleFailure(end: Extract<RunEnd, { kind: 'failed' }>, index: string): Promise<void> {
    const { log, disk } = this.#around;
    if (this.#ended || this.#status === 'paused') return;
    log.warn(
      { workspace: this.#entry.id, failure: end.failure },
      `an index could not be written: ${end.message}`,
    );
    if (end.failure === 'version') {
      if (index !== this.path) await this.#moveAside(index);
      this.#anew = true;
      this.#scanAgain();
    } else if (end.failure === 'damaged' && !this.#damagedBefore) {
      this.#damagedBefore = true;
      await this.#moveAside(index);
      this.#scanAgain();
    } else if (end.failure === 'full') {
      disk.reportFull();
      const rest = 'What was indexed before is still found. It goes on by itself when there is room.';
      this.#fail('full', `The disk is full. ${rest}`);
    } else if (end.failure === 'missing') {
      this.#fail(
        'missing',
        `The folder ${this.#entry.root} is not there. When it is back, the index goes on.`,
      );
    } else {
      this.#fail('other', `The index could not be written: ${end.message} It is tried again in a minute.`);
    }
  }

  async #moveAside(index = this.path): Promise<void> {
    const { thread, files, released } = this.#around;
    await thread.release(index);
    if (index === this.path) await released(this.#entry.id);
    files.moveAside(index);
    if (index === this.path) this.#totals = NO_TOTALS;
  }

  #fail(failure: keyof typeof AGAIN_MS, sentence: string): void {
    this.#error = sentence;
    this.#become('failed');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tryAgain(failure).catch(this.#log), AGAIN_MS[failure]).unref();
  }

  async #tryAgain(failure: keyof typeof AGAIN_MS): Promise<void> {
    const isMended =
      failure === 'other' ||
      (failure === 'missing' && isFolder(this.#entry.root)) ||
      (failure === 'full' && (await this.#around.disk.freeBytes()) > ROOM_BYTES);
    if (this.#status !== 'failed' || this.#ended) return;
    if (isMended) this.#begin();
    else if (this.#error !== null) this.#fail(failure, this.#error);
  }

  #took(totals: IndexState['indexed']): void {
    this.#totals = totals;
    this.#updatedAt = Date.now();
    this.#around.changed(this.#entry.id);
  }

  #become(status: IndexState['status']): void {
    this.#status = status;
    this.#around.changed(this.#entry.id);
  }

  readonly #log = (error: unknown): void => {
    this.#around.log.error({ err: error, workspace: this.#entry.id }, 'an index could not go on');
    if (!this.#ended) this.#fail('other', 'The index could not go on. It is tried again in a minute.');
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
