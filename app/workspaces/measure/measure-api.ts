import { hc, type InferRequestType, type InferResponseType } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type { Measurement, MeasureApi } from '#server/features/retrieval/measure/contract.ts';

const routes = hc<MeasureApi>(API, apiOptions).retrieval.measurements;
const one = routes[':id'];

export type MeasureStart = InferRequestType<typeof routes.$post>['json'];
export type Measurements = InferResponseType<typeof routes.$get>;

/** Measurements of how well an index finds. Every call throws `ApiError` when the daemon refuses. */
export const measureApi = {
  list: async (): Promise<Measurements> => (await routes.$get()).json(),

  start: async (json: MeasureStart): Promise<Measurement> => (await routes.$post({ json })).json(),

  cancel: async (id: string): Promise<Measurement> => (await one.cancel.$post({ param: { id } })).json(),

  /** Goes on with a cancelled or failed one. */
  resume: async (id: string): Promise<Measurement> => (await one.resume.$post({ param: { id } })).json(),
};
