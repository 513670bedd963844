import { parentPort, workerData } from 'node:worker_threads';
import type { ConversationVectors } from '../../vector-thread.ts';
import { readConversations } from './conversation-texts-store.ts';
import { drawMap } from './draw.ts';

/** What the thread is started with; it draws one map and ends. */
export interface MapOrder {
  database: string;
  vectors: ConversationVectors | null;
}

/** Comparing each with each is quadratic. */
const MOST = 2_000;
const SEED = 20_26;

const { database, vectors }: MapOrder = workerData;
const { found, leftOut } = readConversations(database, MOST);
parentPort?.postMessage(drawMap({ conversations: found, leftOut, vectors, seed: SEED, now: Date.now() }));
