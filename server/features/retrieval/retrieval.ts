import { defineFeature } from '#server/feature.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { RetrievalEvents } from './contract.ts';

/** What this room tells of one workspace: `retrieval:<workspace id>`. */
const TOPICS = [/^retrieval:[0-9A-HJKMNP-TV-Z]{26}$/];

/** Indexes of opened folders: kept up to date, searched, drawn, and handed to the chat as evidence. */
export const retrievalFeature = defineFeature<RetrievalEvents>('retrieval', () => ({
  routes: createRoutes(),
  topics: TOPICS,
}));
