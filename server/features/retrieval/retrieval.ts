import { defineFeature } from '#server/feature.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { RetrievalEvents } from './contract.ts';
import { Indexing } from './indexing/indexing.ts';

/** What this room tells of one workspace: `retrieval:<workspace id>`. */
const TOPICS = [/^retrieval:[0-9A-HJKMNP-TV-Z]{26}$/];

/** Indexes of opened folders: kept up to date, searched, drawn, and handed to the chat as evidence. */
export const retrievalFeature = defineFeature<RetrievalEvents>('retrieval', (context) => {
  const indexing = new Indexing(context);
  return {
    routes: createRoutes().route('/', indexing.routes),
    topics: TOPICS,
    start: () => indexing.start(),
    stop: () => indexing.stop(),
  };
});
