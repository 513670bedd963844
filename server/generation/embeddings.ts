import { AppError } from '#server/kernel/errors.ts';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import type { EmbedOptions } from '#server/worker/client.ts';
import type { EnginePool } from '#server/worker/pool.ts';

/** One unit vector a text, in the texts' order, and the tokens that were read. */
export interface Embedded {
  vectors: number[][];
  tokens: number;
  /** Texts that were cut at the model's limit. */
  truncated: number;
  /** Of the model that measured: vectors of another one cannot be compared with these. Empty without texts. */
  modelHash: string;
}

/** Measures texts on embedding engines. */
export interface Embeddings {
  /**
   * Loads the model when it is not resident. Errors: unsupported for a model that writes, engine_unavailable,
   * insufficient_memory, timeout. Rejects with the signal's reason at once.
   */
  embed(model: ModelEntry, texts: string[], options?: EmbedOptions): Promise<Embedded>;
}

/** Texts in one frame: an engine looks at other requests between two of them. */
const BATCH = 128;

export function createEmbeddings(engines: EnginePool): Embeddings {
  const embedBatch = async (model: ModelEntry, texts: string[], options: EmbedOptions): Promise<Embedded> => {
    const { id, path, memoryBytes } = model;
    const { signal } = options;
    // An embedding changes nothing, so it may be asked again of the engine that comes after a death.
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      const spec = { id, path, memoryBytes, role: 'embed' as const };
      const lease = await engines.acquire(spec, signal ? { signal } : {});
      try {
        const embedded = await lease.client.embed(texts, options);
        return { ...embedded, modelHash: lease.receipt.model_hash };
      } catch (error) {
        const died = error instanceof AppError && error.code === 'engine_unavailable';
        if (!died || attempt === 2) throw error;
      } finally {
        lease.release();
      }
    }
  };

  return {
    async embed(model, texts, options = {}) {
      if (model.embeds !== true)
        throw new AppError('unsupported', `${model.name} writes text; it does not measure any.`);
      const whole: Embedded = { vectors: [], tokens: 0, truncated: 0, modelHash: '' };
      for (let from = 0; from < texts.length; from += BATCH) {
        const part = await embedBatch(model, texts.slice(from, from + BATCH), options);
        whole.vectors.push(...part.vectors);
        whole.tokens += part.tokens;
        whole.truncated += part.truncated;
        whole.modelHash = part.modelHash;
      }
      return whole;
    },
  };
}
