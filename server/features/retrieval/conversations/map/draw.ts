import type { ConversationVectors } from '../../vector-thread.ts';
import { clusterVectors, dot } from './clusters.ts';
import type { ConversationText } from './conversation-texts-store.ts';
import type { DrawnMap } from './drawn-map.ts';
import { nearDuplicates } from './near-duplicates.ts';
import { placeVectors } from './place.ts';
import { countWords, nameClusters } from './telling-words.ts';
import { wordVectors } from './word-vectors.ts';

interface Drawing {
  conversations: readonly ConversationText[];
  leftOut: number;
  /** Of the messages; where some conversation has none yet, all are placed by their words. */
  vectors: ConversationVectors | null;
  seed: number;
  now: number;
}

const NEAR = 8;
/** A few without vectors are left out; with more of them the map would be of something else. */
const MOST_WITHOUT = 0.1;

/** Places conversations by meaning, or by their words, and names the groups; the same seed draws the same map. */
export function drawMap({ conversations: all, leftOut, vectors: given, seed, now }: Drawing): DrawnMap {
  const known = given && byId(given);
  const without = known ? all.filter(({ id }) => !known.has(id)).length : all.length;
  const useVectors = known !== null && all.length > 0 && without / all.length <= MOST_WITHOUT;
  const conversations = useVectors ? all.filter(({ id }) => known.has(id)) : all;
  const texts = conversations.map(({ title, text }) => `${title}\n${text}`);
  const vectors = useVectors ? conversations.flatMap(({ id }) => known.get(id) ?? []) : wordVectors(texts);
  const places = placeVectors(vectors, seed);
  const clusters = clusterVectors(vectors, seed);
  const near = nearestOf(vectors);
  const idAt = (at: number) => conversations[at]?.id ?? '';
  return {
    version: 1,
    method: useVectors ? 'vectors' : 'words',
    madeAt: now,
    leftOut: leftOut + all.length - conversations.length,
    points: conversations.map(({ id }, at) => ({
      id,
      x: places[at]?.x ?? 0.5,
      y: places[at]?.y ?? 0.5,
      cluster: clusters[at] ?? 0,
      near: (near[at] ?? []).map(({ at: other, similarity }) => ({ id: idAt(other), similarity })),
    })),
    names: nameClusters(texts.map(countWords), clusters),
    duplicates: nearDuplicates(conversations.map(({ text }) => text)).map(({ similarity, members }) => ({
      similarity,
      ids: members.map(idAt),
    })),
  };
}

function byId({ ids, vectors }: ConversationVectors): Map<string, Float32Array> {
  const size = vectors.length / Math.max(1, ids.length);
  return new Map(ids.map((id, at) => [id, vectors.subarray(at * size, (at + 1) * size)]));
}

function nearestOf(vectors: readonly Float32Array[]): { at: number; similarity: number }[][] {
  return vectors.map((vector, own) => {
    const all = vectors.map((other, at) => ({ at, similarity: at === own ? -1 : dot(vector, other) }));
    return all
      .toSorted((a, b) => b.similarity - a.similarity || a.at - b.at)
      .slice(0, Math.min(NEAR, all.length - 1));
  });
}
