'use client';

import { useQuery } from '@tanstack/react-query';
import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type { ModelsApi } from '#server/features/models/contract.ts';

const routes = hc<ModelsApi>(API, apiOptions).models;

/** The models of this machine, usable ones first. */
export function useModels() {
  const query = useQuery({
    queryKey: ['models'],
    queryFn: async () => (await routes.$get({ query: {} })).json(),
  });
  const models = (query.data?.models ?? []).toSorted(
    (one, other) => Number(other.usable) - Number(one.usable),
  );
  return { query, models, resident: query.data?.resident ?? [], memory: query.data?.memory };
}
