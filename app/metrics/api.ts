import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type { MetricsApi } from '#server/features/metrics/contract.ts';
import type { ModelsApi } from '#server/features/models/contract.ts';

export const metricsApi = hc<MetricsApi>(API, apiOptions).metrics;
export const modelsApi = hc<ModelsApi>(API, apiOptions).models;

export type Detail = 'fine' | 'second' | 'minute' | 'quarter';
