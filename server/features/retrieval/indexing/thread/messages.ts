import type { FileChange as ChangedPath } from '#server/files/file-changes.ts';
import type { IndexTotals } from '../index-writer-store.ts';

/** What is to be indexed, and into which file. */
export interface IndexPlace {
  workspaceId: string;
  /** Real path of the folder. */
  root: string;
  include: string[];
  exclude: string[];
  /** The SQLite file. */
  index: string;
  /** Files that ended the thread, by path, and why. They are not tried again until they change. */
  broken: Record<string, string>;
}

/** To the thread. A run is a `scan` of the whole folder, one at a time, or an `update` of some paths in between. */
export type IndexCommand =
  | { kind: 'scan'; run: number; place: IndexPlace }
  | { kind: 'update'; run: number; place: IndexPlace; changes: ChangedPath[] }
  /** Ends a run after the batch in hand; it answers `ended`. */
  | { kind: 'stop'; run: number }
  /** Closes a file; it answers `released`. */
  | { kind: 'release'; run: number; index: string };

export interface RunProgress {
  phase: 'scanning' | 'indexing';
  /** Files; `total` null while counting. */
  done: number;
  total: number | null;
  /** Written by this run. */
  chunks: number;
  lines: number;
}

/** Why a run failed: `full` disk, `damaged` file, index of another `version`, `missing` folder, or a sentence. */
export type RunFailure = 'full' | 'damaged' | 'version' | 'missing' | 'other';

/** From the thread. */
export type IndexReply =
  | { kind: 'progress'; run: number; progress: RunProgress; totals: IndexTotals }
  /** These files are committed. */
  | { kind: 'written'; run: number; paths: string[]; totals: IndexTotals }
  | {
      kind: 'ended';
      run: number;
      stopped: boolean;
      changed: number;
      totals: IndexTotals | null;
      /** A scan came to its end at least once. */
      complete: boolean;
    }
  | { kind: 'failed'; run: number; failure: RunFailure; message: string }
  | { kind: 'released'; run: number };
