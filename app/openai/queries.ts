'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { hc, type InferResponseType } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import { notifyError } from '#app/_ui/toast.ts';
import type { OpenaiApi } from '#server/features/openai/contract.ts';

const api = hc<OpenaiApi>(API, apiOptions).openai.keys;
const KEYS = ['openai', 'keys'];

export type ApiKey = InferResponseType<typeof api.$get, 200>['keys'][number];
export type ApiScope = ApiKey['scopes'][number];

export function useKeys() {
  return useQuery({ queryKey: KEYS, queryFn: async () => (await api.$get()).json() });
}

/** Its answer is the only one that holds the key itself. */
export function useCreateKey() {
  return useKeyChange(async (key: { name: string; scopes: ApiScope[] }) =>
    (await api.$post({ json: key })).json(),
  );
}

export function useRenameKey() {
  return useKeyChange(async ({ id, name }: { id: string; name: string }) =>
    (await api[':id'].$patch({ param: { id }, json: { name } })).json(),
  );
}

export function useRevokeKey() {
  return useKeyChange(async (id: string) => (await api[':id'].revoke.$post({ param: { id } })).json());
}

function useKeyChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: KEYS }),
    onError: notifyError,
  });
}
