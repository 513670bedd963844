import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createActivity } from '#server/generation/activity.ts';
import { createEmbeddings } from '#server/generation/embeddings.ts';
import { readConfig } from '#server/kernel/config.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { findBuiltInEmbedder } from '#server/worker/built-in-embedder.ts';
import { openTestEngines } from '#server/worker/testing/engines.ts';
import type { FeatureContext } from '../../../feature.ts';
import { followTexts } from '../follow-texts.ts';
import { openIndexing } from '../indexing/testing/open-indexing.ts';
import { createVectors } from '../vectors.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** The embedding model that comes with the engines. */
export function builtInEmbedder(id = 'all-MiniLM-L6-v2'): ModelEntry {
  const found = findBuiltInEmbedder(readConfig());
  if (!found) throw new Error('the built-in embedder is not installed');
  return embedderEntry(id, found.path);
}

export function embedderEntry(id: string, path: string): ModelEntry {
  const shape = { quantization: null, contextWindow: 256, memoryBytes: null, builtIn: false, embeds: true };
  return { id, name: id, path, ...shape };
}

/** Writes an embedding model of random weights, of other dimensions than the built-in one. */
export function makeTinyEmbedder(path: string): void {
  const script = `
import sys
from pathlib import Path
from tests.tiny_embedder import make_qwen3_embedder
make_qwen3_embedder(Path(sys.argv[1]))
`;
  execFileSync(join(root, '.venv/bin/python'), ['-c', script, path], {
    cwd: join(root, 'python'),
    env: { ...process.env, MLX_DISABLE_COMPILE: '1' },
    timeout: 60_000,
  });
}

interface Options extends NonNullable<Parameters<typeof openIndexing>[0]> {
  models?: ModelEntry[];
  /** As of `createVectors`. */
  turnMs?: number;
  engines?: ReturnType<typeof openTestEngines>;
}

/** Indexing and vectors as the daemon runs them: a real index, real LanceDB, a real embedding engine. */
export function openVectors({ models = [builtInEmbedder()], turnMs, ...options }: Options = {}) {
  const indexed = openIndexing(options);
  indexed.indexing.start();
  const engines = options.engines ?? openTestEngines();
  const hooks = createHooks();
  hooks.register('modelSource', {
    find: async (id) => models.find((model) => model.id === id),
    list: async () => models,
  });
  const roots = new Map<string, string>();
  const context = {
    config: { home: indexed.home },
    ...{ database: indexed.database, hooks, log: engines.log },
    embeddings: createEmbeddings(engines.pool),
    activity: createActivity(engines.pool),
    disk: { reportFull: () => undefined },
  } as unknown as FeatureContext<object>;
  const vectors = createVectors(context, {
    turnMs,
    placesOf: (owner) => {
      const folder = roots.get(owner);
      return folder === undefined
        ? undefined
        : { kind: 'chunks', index: indexed.indexing.path(owner), root: folder };
    },
  });
  const waiting = new Set<() => void>();
  vectors.follow(() => waiting.forEach((look) => look()));
  followTexts(indexed.indexing, (id) => vectors.update(id));
  indexed.indexing.onRelease((id) => vectors.release(id));

  const is = (id: string, status: string) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof vectors.state>>();
    const look = () => {
      const state = vectors.state(id);
      if (state.status === status) resolve(state);
    };
    waiting.add(look);
    look();
    return promise.finally(() => waiting.delete(look));
  };
  return {
    ...{ indexed, vectors, engines, is },
    /** Opens a folder and waits until all of it is in the index. */
    async open(entry: Parameters<typeof indexed.open>[0]) {
      roots.set(entry.id, entry.root);
      indexed.open(entry);
      await indexed.is(entry.id, 'watching');
      vectors.update(entry.id);
    },
    /** What is nearest to a question, as lines of the header. */
    async ask(id: string, question: string, limit = 3): Promise<string[]> {
      const vector = await vectors.embedQuery(question, AbortSignal.timeout(60_000), id);
      if (!vector) return [];
      const hits = await vectors.nearest(id, vector, limit);
      return hits.flatMap(({ textHash }) =>
        indexed.read(id, (index) =>
          index.prepare('select header from chunks where text_hash = ?').pluck().all(textHash).map(String),
        ),
      );
    },
    async end({ keepEngines = false } = {}) {
      await vectors.stop();
      await indexed.indexing.stop();
      indexed.database.close();
      if (!keepEngines) await engines.close();
    },
  };
}
