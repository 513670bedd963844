import { createRoutes } from '#server/kernel/http.ts';
import type { Vectors } from '../vectors.ts';
import { type EmbedderChoice, embedderRoutes } from './contract.ts';

export type EmbeddersApi = ReturnType<typeof createEmbedderRoutes>;

/** Which model measures texts, and when it may. */
export function createEmbedderRoutes(vectors: Vectors) {
  const choice = async (): Promise<EmbedderChoice> => {
    const { embedders } = vectors;
    const found = await embedders.list();
    return {
      chosen: embedders.chosenId(),
      embedders: found.map(({ id, name, builtIn }) => ({
        ...{ id, name, built_in: builtIn },
        ...{ weight: embedders.weightOf(id), measured: embedders.isMeasured(id) },
      })),
    };
  };
  return createRoutes()
    .openapi(embedderRoutes.read, async (context) => context.json(await choice(), 200))
    .openapi(embedderRoutes.choose, async (context) => {
      await vectors.choose(context.req.valid('json').chosen);
      return context.json(await choice(), 200);
    })
    .openapi(embedderRoutes.pause, async (context) => {
      const { workspace } = context.req.valid('param');
      await vectors.pause(workspace);
      return context.json(vectors.state(workspace), 200);
    })
    .openapi(embedderRoutes.resume, (context) => {
      const { workspace } = context.req.valid('param');
      vectors.resume(workspace);
      return context.json(vectors.state(workspace), 200);
    });
}
