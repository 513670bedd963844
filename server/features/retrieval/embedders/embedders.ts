import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import { BUILT_IN_EMBEDDER } from '#server/worker/built-in-embedder.ts';
import type { VectorStore } from '../vector-store.ts';

/** `retrieval.embedder`: no vectors are made, and searches use none. */
export const NO_EMBEDDER = 'none';

/** What a vector may weigh against words, 0 to 0.3, before its embedder was measured. */
const UNMEASURED_WEIGHT = 0.1;
const MOST_WEIGHT = 0.3;

/** The models that measure texts, and the one that was chosen. */
export interface Embedders {
  list(): Promise<ModelEntry[]>;
  find(id: string): Promise<ModelEntry | undefined>;
  /** Null when none was wanted, or the chosen one is not there any more. */
  chosen(): Promise<ModelEntry | null>;
  /** Its id, or `none`. */
  chosenId(): string;
  weightOf(id: string): number;
  /** Its weight was earned in a measurement. */
  isMeasured(id: string): boolean;
}

export function createEmbedders(hooks: Hooks, store: VectorStore): Embedders {
  const list = async () => {
    const found = new Map<string, ModelEntry>();
    for (const source of hooks.all('modelSource')) {
      for (const model of (await source.list?.()) ?? []) {
        if (model.embeds === true && !found.has(model.id)) found.set(model.id, model);
      }
    }
    return [...found.values()];
  };
  const find = async (id: string) => {
    for (const source of hooks.all('modelSource')) {
      const model = await source.find(id);
      if (model) return model.embeds === true ? model : undefined;
    }
    return undefined;
  };
  const chosenId = () => store.embedder() ?? BUILT_IN_EMBEDDER;
  return {
    ...{ list, find, chosenId },
    chosen: async () => (chosenId() === NO_EMBEDDER ? null : ((await find(chosenId())) ?? null)),
    isMeasured: (id) => store.weight(id) !== undefined,
    weightOf: (id) => Math.min(MOST_WEIGHT, Math.max(0, store.weight(id) ?? UNMEASURED_WEIGHT)),
  };
}
