import type { Log } from '#server/kernel/log.ts';
import { AppError } from '#server/kernel/errors.ts';
import { IndexingThread } from '../indexing/indexing-thread.ts';
import { createIndexReader, type IndexReader } from '../search/index-reader.ts';
import type { VectorState } from '../vector-indexing.ts';
import type { Vectors } from '../vectors.ts';

interface Corpus {
  owner: string;
  root: string;
  index: string;
}

interface Surroundings {
  log: Log;
  signal: AbortSignal;
  progress(done: number, total: number | null): void;
}

/** Indexes a folder that is no workspace, as workspaces are. What is in the index already is not read again. */
export async function indexCorpus(
  { owner, root, index }: Corpus,
  { log, signal, progress }: Surroundings,
): Promise<{ files: number; chunks: number }> {
  const thread = new IndexingThread({ log });
  const place = { workspaceId: owner, root, include: [], exclude: [], index };
  const run = thread.run(
    { kind: 'scan', place },
    { progress: (reply) => progress(reply.progress.done, reply.progress.total), written: () => undefined },
  );
  signal.addEventListener('abort', run.stop, { once: true });
  try {
    const end = await run.end;
    signal.throwIfAborted();
    if (end.kind === 'failed') throw new AppError('internal', end.message);
    return { files: end.totals?.files ?? 0, chunks: end.totals?.chunks ?? 0 };
  } finally {
    signal.removeEventListener('abort', run.stop);
    await thread.stop();
  }
}

/** Asks this one index, in threads of its own: what people search meanwhile does not wait. */
export function readCorpus({ root, index }: Corpus, log: Log): IndexReader {
  return createIndexReader({ log, pathOf: () => index, rootOf: () => root });
}

/** Resolves when every chunk of the owner has its vector. Errors: unsupported without an embedder, the provider's own. */
export async function vectorsOfAll(
  vectors: Pick<Vectors, 'update' | 'resume' | 'pause' | 'state' | 'follow'>,
  owner: string,
  { signal, progress }: Pick<Surroundings, 'signal' | 'progress'>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => {
    const state = vectors.state(owner);
    progress(state.done, state.total);
    const over = outcomeOf(state);
    if (over === 'ready') resolve();
    else if (over) reject(over);
  };
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const unfollow = vectors.follow((changed) => {
    if (changed === owner) look();
  });
  try {
    signal.throwIfAborted();
    vectors.resume(owner);
    await promise;
  } catch (error) {
    await vectors.pause(owner);
    throw error;
  } finally {
    unfollow();
    signal.removeEventListener('abort', abort);
  }
}

function outcomeOf({ status, error }: VectorState): 'ready' | AppError | undefined {
  if (status === 'ready') return 'ready';
  if (status === 'none') return new AppError('unsupported', 'No embedding model is chosen, or it is gone.');
  if (status === 'failed') return new AppError('internal', error ?? 'The vectors could not be made.');
  return undefined;
}
