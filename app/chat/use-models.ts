'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import { useTopic } from '#app/_client/socket.ts';
import { notifyError } from '#app/_ui/toast.ts';
import type { Memory, Model, ModelsApi, ModelsEvents, Resident } from '#server/features/models/contract.ts';

const routes = hc<ModelsApi>(API, apiOptions).models;

interface Models {
  models: Model[];
  resident: Resident[];
  memory: Memory;
  default_model_id: string;
}

const KEY = ['models'];

/** The models of this machine and which are loaded. */
export function useModels() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Models> => (await routes.$get({ query: {} })).json(),
  });
  const load = useMutation({
    mutationFn: async (model_id: string) => (await routes.load.$post({ json: { model_id } })).json(),
    onError: notifyError,
  });
  const unload = useMutation({
    mutationFn: async (model_id: string) => (await routes.unload.$post({ json: { model_id } })).json(),
    onError: notifyError,
  });
  const pin = useMutation({
    mutationFn: async (change: { model_id: string; pinned: boolean }) =>
      (await routes.pin.$post({ json: change })).json(),
    onError: notifyError,
  });
  return { ...query.data, query, load: load.mutate, unload: unload.mutate, pin: pin.mutate };
}

/** Keeps what `useModels` tells fresh; once on a screen. */
export function useModelEvents(): void {
  const client = useQueryClient();
  useTopic<ModelsEvents>('models', {
    'models.resident': ({ resident, memory }) =>
      client.setQueryData<Models>(KEY, (data) => data && { ...data, resident, memory }),
    'models.changed': () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

/** Of the recommended models, the largest that fits this machine; null when there is none. */
export function useRecommended(enabled: boolean) {
  return useQuery({
    queryKey: ['models', 'recommended'],
    enabled,
    queryFn: async () => {
      const { models } = await (await routes.recommended.$get()).json();
      return models.filter((model) => model.fits).sort((a, b) => b.memory_bytes - a.memory_bytes)[0] ?? null;
    },
  });
}

/** Starts the download of a recommended model; its progress is on the models screen. */
export function useDownload() {
  return useMutation({
    mutationFn: async (repository: string) => (await routes.downloads.$post({ json: { repository } })).json(),
  });
}

const GUIDE_SCOPE = 'answers questions about MLX Code. Load a model for real coding.';

/** What the built-in model is, wherever it is shown. */
export const GUIDE_NOTE = `Guide (built in): ${GUIDE_SCOPE}`;

/** What stands behind a model's name above its answer: for the built-in ones what they are good for. */
export function answeringNote(model: { id: string; quantization: string | null }): string | null {
  return model.id === 'guide' || model.id === 'guide-small' ? GUIDE_SCOPE : model.quantization;
}
