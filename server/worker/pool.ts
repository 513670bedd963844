import type { LoadReceipt } from './protocol.ts';

/** What the pool needs to load a model: a directory and what it will cost. Bytes. */
export interface LoadSpec {
  id: string;
  path: string;
  memoryBytes: number | null;
}

export type ResidentState = 'starting' | 'loading' | 'ready' | 'restarting' | 'stopping' | 'failed';

/** A model an engine holds or is loading. Milliseconds, bytes. */
export interface ResidentModel {
  modelId: string;
  state: ResidentState;
  fraction: number;
  stage: string;
  pid: number | null;
  receipt: LoadReceipt | null;
  memoryBytes: number;
  since: number;
  activeRows: number;
  crashes: number;
  error: { code: string; message: string } | null;
}
