import type { ErrorCode } from '#server/kernel/errors.ts';

/** Where the index of a workspace lies, and its folder. */
export interface Address {
  workspaceId: string;
  /** Of the SQLite file. */
  path: string;
  root: string;
}

/** What the thread that reads indexes is told. */
export type ToThread =
  | { kind: 'ask'; id: number; name: string; address: Address; input: unknown }
  | { kind: 'abandon'; id: number }
  | { kind: 'forget'; workspaceId: string };

/** What it says. `answer` is what the question of that name answers with. */
export type FromThread =
  | { kind: 'ready' }
  | { kind: 'answer'; id: number; answer: never }
  | { kind: 'partial'; id: number; answer: never }
  | { kind: 'forgotten'; workspaceId: string }
  /** `damaged`: the file of the index is not readable as one. */
  | {
      kind: 'failed';
      id: number;
      code: ErrorCode;
      message: string;
      details: Record<string, unknown> | undefined;
      damaged: boolean;
      stack: string | undefined;
    };
