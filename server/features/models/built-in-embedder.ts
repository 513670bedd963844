import type { Config } from '#server/kernel/config.ts';
import type { HookMap, ModelEntry } from '#server/kernel/hooks.ts';
import { BUILT_IN_EMBEDDER, findBuiltInEmbedder } from '#server/worker/built-in-embedder.ts';

/** Offers other rooms the embedding model that comes with the engines. */
export function embedderSource(config: Pick<Config, 'python'>): HookMap['modelSource'] {
  const entries = () => describe(findBuiltInEmbedder(config)?.path);
  return {
    find: async (id) => (id === BUILT_IN_EMBEDDER ? entries()[0] : undefined),
    list: async () => entries(),
  };
}

function describe(path: string | undefined): ModelEntry[] {
  if (path === undefined) return [];
  return [
    {
      id: BUILT_IN_EMBEDDER,
      name: `${BUILT_IN_EMBEDDER} (built in)`,
      path,
      quantization: 'float32',
      contextWindow: 256,
      memoryBytes: null,
      builtIn: true,
      embeds: true,
    },
  ];
}
