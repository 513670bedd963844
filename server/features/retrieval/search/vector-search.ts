import type { RankInput } from './ranking/rank.ts';

/** Vectors of a workspace's chunks, as far as a search uses them. */
export interface VectorSearch {
  isReady(workspaceId: string): boolean;
  /** Null when no embedder can be asked. */
  embedQuery(text: string, signal: AbortSignal, workspaceId: string): Promise<number[] | null>;
  nearest(
    workspaceId: string,
    vector: readonly number[],
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ textHash: string; distance: number }[]>;
  vectorsOf(
    workspaceId: string,
    textHashes: string[],
    signal?: AbortSignal,
  ): Promise<Map<string, Float32Array>>;
  /** 0 to 0.3: what the embedder earned. */
  weight(workspaceId: string): number;
}

/** What vectors say, and milliseconds for the query's own and for the nearest. */
export interface Nearness {
  vectors: RankInput['vectors'];
  embed: number;
  nearest: number;
  /** A sentence when they could have taken part and did not. */
  note: string | null;
}

const DEPTH = 100;
/** Words never wait longer for an embedder. Milliseconds. */
const PATIENCE_MS = 150;
const LATE = 'The embedding model was too slow, so this was searched by words and symbols only.';
const FAILED = 'The embedding model could not be asked, so this was searched by words and symbols only.';

export const NO_VECTORS: Nearness = { vectors: undefined, embed: 0, nearest: 0, note: null };

/** The chunks nearest to a query, if its vectors come in time. Rejects with `signal`'s reason only. */
export async function nearTo(
  vectors: VectorSearch,
  { workspaceId, text, signal }: { workspaceId: string; text: string; signal: AbortSignal },
): Promise<Nearness> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const both = AbortSignal.any([signal, late]);
  const begin = performance.now();
  let embedded = begin;
  try {
    const hits = await giveUp(both, async () => {
      const vector = await vectors.embedQuery(text, both, workspaceId);
      embedded = performance.now();
      return vector === null ? null : vectors.nearest(workspaceId, vector, DEPTH, both);
    });
    const times = { embed: embedded - begin, nearest: performance.now() - embedded };
    if (hits === null) return { ...times, vectors: undefined, note: FAILED };
    if (hits.length === 0) return { ...times, vectors: undefined, note: null };
    return { ...times, vectors: { hits, weight: vectors.weight(workspaceId) }, note: null };
  } catch {
    signal.throwIfAborted();
    const times = { embed: performance.now() - begin, nearest: 0 };
    return { ...times, vectors: undefined, note: late.aborted ? LATE : FAILED };
  }
}

/** The chunks nearest to one that has a vector; undefined when it has none yet. */
export async function nearToChunk(
  vectors: VectorSearch,
  { workspaceId, textHash, signal }: { workspaceId: string; textHash: string; signal: AbortSignal },
): Promise<RankInput['vectors']> {
  const own = (await vectors.vectorsOf(workspaceId, [textHash], signal)).get(textHash);
  if (own === undefined) return undefined;
  const hits = await vectors.nearest(workspaceId, [...own], DEPTH + 1, signal);
  return hits.length === 0 ? undefined : { hits, weight: vectors.weight(workspaceId) };
}

/** Waits no longer than the signal, whether the work heeds it or not. */
async function giveUp<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
