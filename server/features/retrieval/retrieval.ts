import { defineFeature } from '#server/feature.ts';
import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { Context } from './context/context.ts';
import type { RetrievalEvents } from './contract.ts';
import { createConversations, MAP_TOPIC } from './conversations/conversations.ts';
import type { IndexState } from './indexing/contract.ts';
import { followTexts } from './follow-texts.ts';
import { createGraphs } from './graphs/graphs.ts';
import { createEmbedderRoutes } from './embedders/routes.ts';
import { Indexing } from './indexing/indexing.ts';
import { Measure } from './measure/measure.ts';
import type { RetrievalContext } from './room.ts';
import { createIndexReader, type IndexReader } from './search/index-reader.ts';
import { createSearch } from './search/search.ts';
import { createVectors, MESSAGES, type Vectors } from './vectors.ts';

/** What this room tells of one workspace: `retrieval:<workspace id>`. */
const TOPICS = [/^retrieval:[0-9A-HJKMNP-TV-Z]{26}$/, new RegExp(`^${MAP_TOPIC}$`)];

/** Indexes of opened folders: kept up to date, searched, drawn, and handed to the chat as evidence. */
export const retrievalFeature = defineFeature<RetrievalEvents>('retrieval', (context) => {
  const indexing: Indexing = new Indexing(context, { vectors: (workspaceId) => vectors.state(workspaceId) });
  const vectors = openVectors(context, indexing, (owner) => measure.placesOf(owner));
  const reader = openReader(context, indexing);
  const search = createSearch({
    reader,
    vectors,
    noteOf: (workspaceId) => noteOf(indexing.state(workspaceId)),
  });
  const graphs = createGraphs({ reader, hooks: context.hooks, generations: context.generations });
  const measure: Measure = new Measure({ context, reader, vectors });
  const conversations = createConversations(context, vectors);
  const evidence = new Context({ house: context, reader, search });
  return {
    // First those of messages: their words stand where others have the id of a workspace.
    routes: createRoutes()
      .route('/', conversations.routes)
      .route('/', indexing.routes)
      .route('/', search.routes)
      .route('/', createEmbedderRoutes(vectors))
      .route('/', evidence.routes)
      .route('/', graphs.routes)
      .route('/', measure.routes),
    topics: TOPICS,
    start() {
      indexing.start();
      followFolders(context, { vectors, indexing });
      conversations.start();
    },
    async stop() {
      await conversations.stop();
      await vectors.stop();
      await reader.close();
      await indexing.stop();
    },
  };
});

function openVectors(
  context: RetrievalContext,
  indexing: Indexing,
  corpusOf: (owner: string) => { index: string; root: string } | undefined,
): Vectors {
  const find = (id: string) => context.hooks.all('workspaceSource')[0]?.find(id);
  const vectors = createVectors(context, {
    placesOf(owner) {
      if (owner === MESSAGES) return { kind: 'messages', database: context.database.path };
      const entry = find(owner);
      const place = entry ? { index: indexing.path(owner), root: entry.root } : corpusOf(owner);
      return place && { kind: 'chunks', ...place };
    },
  });
  vectors.follow((owner) => {
    if (find(owner)) indexing.announce(owner);
  });
  indexing.onRelease((workspaceId) => vectors.release(workspaceId));
  return vectors;
}

/** Vectors follow the index: at the start, after each change, and when a folder is closed. */
function followFolders(
  { hooks, log }: RetrievalContext,
  { vectors, indexing }: { vectors: Vectors; indexing: Indexing },
): void {
  const source = hooks.all('workspaceSource')[0];
  const update = followTexts(indexing, (id) => vectors.update(id));
  for (const { id } of source?.list() ?? []) update(id);
  source?.follow((id, entry) => {
    if (entry) return update(id);
    vectors.forget(id).catch((error: unknown) => {
      log.warn({ err: error, workspaceId: id }, 'vectors of a closed folder could not be deleted');
    });
  });
}

function openReader({ log, hooks }: RetrievalContext, indexing: Indexing): IndexReader {
  const reader = createIndexReader({
    log,
    pathOf: (workspaceId) => indexing.path(workspaceId),
    rootOf(workspaceId) {
      const entry = hooks.all('workspaceSource')[0]?.find(workspaceId);
      if (entry === undefined) throw new AppError('not_found', 'This folder is not open.');
      return entry.root;
    },
    onDamaged(workspaceId) {
      indexing
        .replaceDamaged(workspaceId)
        .catch((error: unknown) =>
          log.error({ err: error, workspaceId }, 'a damaged index was not replaced'),
        );
    },
  });
  indexing.onRelease((workspaceId) => reader.forget(workspaceId));
  return reader;
}

/** What a search has to say about the index it asked. */
function noteOf({ status, error, files }: IndexState): string | null {
  if (error !== null) return error;
  if (status === 'paused') return 'Indexing is paused: what changed since is not found.';
  if (status === 'watching') return null;
  const progress = files.total === null ? '' : ` (${files.done} of ${files.total} files)`;
  return `The folder is still being indexed${progress}: there may be more.`;
}
