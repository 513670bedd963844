import { type IgnoreRules, readRules } from '#server/files/ignore-rules.ts';
import {
  type FolderChanges,
  type FolderListener,
  type FolderWatch,
  watchFolder,
} from '#server/files/watch-folder.ts';
import type { WorkspaceEntry } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';

interface LookoutOptions {
  log: Log;
  /** Something changed. `everything`: it cannot be said what. */
  onChange(changes: FolderChanges | 'everything'): void;
}

/** How often a folder is looked through that cannot be watched. */
const LOOK_MS = 60_000;

/** Watches the folder of a workspace, or has it looked through now and then where the system cannot. */
export class Lookout {
  readonly #options: LookoutOptions;
  #watch: FolderWatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** A sentence when it cannot watch. */
  note: string | null = null;
  #turn = 0;

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** Watches from here on; what changed before is not told. */
  async start(entry: WorkspaceEntry): Promise<void> {
    await this.stop();
    const turn = this.#turn;
    const { onChange, log } = this.#options;
    const listener: FolderListener = {
      onChanges: (changes) => {
        if (changes.rulesChanged) this.#watch?.useRules(rulesOf(entry));
        onChange(changes);
      },
      onError: (error) => {
        log.warn(
          { err: error, workspace: entry.id },
          'a folder could not be watched on; it is looked through',
        );
        onChange('everything');
      },
    };
    try {
      const watch = await watchFolder(entry.root, rulesOf(entry), listener);
      this.note = null;
      if (turn === this.#turn) this.#watch = watch;
      else await watch.stop();
    } catch (error) {
      if (turn !== this.#turn) return;
      log.warn(
        { err: error, workspace: entry.id },
        'a folder cannot be watched; it is looked through every minute',
      );
      this.note = error instanceof Error ? error.message : String(error);
      this.#timer = setInterval(() => onChange('everything'), LOOK_MS).unref();
    }
  }

  useRules(entry: WorkspaceEntry): void {
    this.#watch?.useRules(rulesOf(entry));
  }

  async stop(): Promise<void> {
    this.#turn += 1;
    clearInterval(this.#timer);
    const watch = this.#watch;
    this.#watch = undefined;
    await watch?.stop();
  }
}

function rulesOf({ root, include, exclude }: WorkspaceEntry): IgnoreRules {
  return readRules(root, { include, exclude });
}
