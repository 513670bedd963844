import { hc, type InferResponseType } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type { ModelsApi } from '#server/features/models/contract.ts';

export const modelsApi = hc<ModelsApi>(API, apiOptions).models;

export type ModelsList = InferResponseType<typeof modelsApi.$get, 200>;
export type Download = InferResponseType<typeof modelsApi.downloads.$get, 200>['jobs'][number];
