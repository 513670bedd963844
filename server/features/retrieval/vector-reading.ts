import type { FeatureContext } from '#server/feature.ts';
import type { Embedders } from './embedders/embedders.ts';
import type { VectorCalls } from './vector-calls.ts';
import type { VectorIndexing } from './vector-indexing.ts';
import type { NearVector, VectorRows } from './vector-tables.ts';

/** What searches ask of vectors. None of it is worth a failed search. */
export interface VectorReading {
  /**
   * A question as the owner's table understands it; null when none answers, or the engine cannot be asked now.
   * Rejects with the signal's reason.
   */
  embedQuery(text: string, signal: AbortSignal, owner: string): Promise<number[] | null>;
  /** Nearest first; a distance is 1 minus the cosine. Empty when no table answers. */
  nearest(owner: string, vector: ArrayLike<number>, limit: number): Promise<NearVector[]>;
  /** The vectors that are there, by text hash. */
  vectorsOf(owner: string, textHashes: string[]): Promise<Map<string, Float32Array>>;
}

interface ReadingParts extends Pick<FeatureContext<object>, 'embeddings' | 'log'> {
  calls: VectorCalls;
  embedders: Embedders;
  indexing: VectorIndexing;
}

const NO_ROWS: VectorRows = { hashes: [], vectors: new Float32Array() };

export function createVectorReading(parts: ReadingParts): VectorReading {
  const { calls, embedders, indexing, embeddings, log } = parts;
  const recent = new RecentVectors();

  const orNone = async <Answer>(owner: string, none: Answer, work: () => Promise<Answer>) => {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error, owner }, 'vectors could not be read; the search goes on without them');
      indexing.lost(owner);
      return none;
    }
  };

  return {
    async embedQuery(text, signal, owner) {
      const facts = indexing.answering(owner);
      const model = facts && (await embedders.find(facts.embedderId));
      if (!facts || !model) return null;
      const key = `${facts.modelHash}\n${text}`;
      const kept = recent.find(key);
      if (kept) return kept;
      try {
        const { vectors, modelHash } = await embeddings.embed(model, [text], { kind: 'query', signal });
        indexing.met(model, modelHash, owner);
        const vector = modelHash === facts.modelHash ? vectors[0] : undefined;
        if (vector) recent.keep(key, vector);
        return vector ?? null;
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ err: error, embedder: model.id }, 'a question could not be embedded');
        return null;
      }
    },
    nearest: (owner, vector, limit) =>
      orNone(owner, [], () => calls.call('nearest', { owner, vector: Float32Array.from(vector), limit })),
    async vectorsOf(owner, hashes) {
      const rows = await orNone(owner, NO_ROWS, () => calls.call('vectors', { owner, hashes }));
      const size = rows.vectors.length / Math.max(1, rows.hashes.length);
      const vectorAt = (at: number) => rows.vectors.subarray(at * size, (at + 1) * size);
      return new Map(rows.hashes.map((hash, at) => [hash, vectorAt(at)]));
    },
  };
}

/** Questions are typed letter by letter, and asked again for the next page. */
const RECENT = 64;

class RecentVectors {
  readonly #kept = new Map<string, number[]>();

  find(key: string): number[] | undefined {
    const vector = this.#kept.get(key);
    if (vector) this.keep(key, vector);
    return vector;
  }

  keep(key: string, vector: number[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, vector);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= RECENT) return;
      this.#kept.delete(oldest);
    }
  }
}
