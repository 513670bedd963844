import { createRoutes } from '#server/kernel/http.ts';
import { compareRoutes } from '../contract.ts';
import type { Ensembles } from './ensembles.ts';

/** Routes about answers seen together. */
export function createEnsembleRoutes(ensembles: Ensembles) {
  return createRoutes()
    .openapi(compareRoutes.ensemble, async (c) => c.json(await ensembles.find(c.req.valid('param').id), 200))
    .openapi(compareRoutes.merge, async (c) =>
      c.json(await ensembles.merge(c.req.valid('param').id, c.req.valid('json').model_id), 200),
    );
}
