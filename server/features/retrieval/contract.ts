import type { ConversationsEvents } from './conversations/contract.ts';
import type { IndexingEvents } from './indexing/contract.ts';

/** Everything this room tells browsers. */
export type RetrievalEvents = IndexingEvents & ConversationsEvents;
