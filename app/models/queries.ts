'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTopic } from '#app/_client/socket.ts';
import type { JobEvents, MemoryChange, ModelsEvents } from '#server/features/models/contract.ts';
import { type ModelsList, modelsApi } from './api.ts';

const LIST = ['models'];
const DOWNLOADS = ['models', 'downloads'];
const FOLDERS = ['models', 'folders'];
const TOKEN = ['models', 'hub-token'];

/** What is on the disk, what is resident, and the memory there is. */
export function useModels() {
  return useQuery({
    queryKey: LIST,
    queryFn: async () => (await modelsApi.$get({ query: { rescan: '0' } })).json(),
  });
}

/** Keeps the list fresh from events. Mounted once, by the sidebar. */
export function useModelEvents(): void {
  const client = useQueryClient();
  useTopic<ModelsEvents>('models', {
    'models.resident': ({ resident, memory }) =>
      client.setQueryData<ModelsList>(LIST, (list) => list && { ...list, resident, memory }),
    'models.changed': () => void client.invalidateQueries({ queryKey: LIST, exact: true }),
  });
}

export function useRescan() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => (await modelsApi.$get({ query: { rescan: '1' } })).json(),
    onSuccess: (list) => client.setQueryData(LIST, list),
  });
}

/** Starts the load; how it goes on comes by events. */
export function useLoad() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (modelId: string) =>
      (await modelsApi.load.$post({ json: { model_id: modelId } })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST, exact: true }),
  });
}

/** Frees the memory; also cancels a load. */
export function useUnload() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (modelId: string) =>
      (await modelsApi.unload.$post({ json: { model_id: modelId } })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST, exact: true }),
  });
}

/** A pinned model is neither evicted nor unloaded by idleness. */
export function usePin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (pin: { model_id: string; pinned: boolean }) =>
      (await modelsApi.pin.$post({ json: pin })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST, exact: true }),
  });
}

/** Which smaller model guesses ahead for another; in force with its next load. */
export function useDraftChoice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (choice: { model_id: string; draft_model_id: string | null }) =>
      (await modelsApi.draft.$post({ json: choice })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST, exact: true }),
  });
}

/** Budget and idle time; in force at once. */
export function useMemoryChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: MemoryChange) => (await modelsApi.memory.$patch({ json: change })).json(),
    onSuccess: (memory) =>
      client.setQueryData<ModelsList>(LIST, (list) => list && { ...list, memory: { ...memory } }),
  });
}

export function useRecommended() {
  return useQuery({
    queryKey: ['models', 'recommendations'],
    queryFn: async () => (await modelsApi.recommended.$get()).json(),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The downloads, newest first, kept fresh by job events. */
export function useDownloads() {
  const client = useQueryClient();
  useTopic<JobEvents>('jobs', {
    'jobs.changed': () => void client.invalidateQueries({ queryKey: DOWNLOADS }),
  });
  return useQuery({
    queryKey: DOWNLOADS,
    queryFn: async () => (await modelsApi.downloads.$get()).json(),
  });
}

/** Asks the Hub what a download would bring. */
export function usePlan() {
  return useMutation({
    mutationFn: async (repository: string) =>
      (await modelsApi.downloads.plan.$post({ json: { repository } })).json(),
  });
}

export function useStartDownload() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (plan: { repository: string; revision: string }) =>
      (await modelsApi.downloads.$post({ json: plan })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: DOWNLOADS }),
  });
}

export function useDownloadControl(action: 'cancel' | 'resume') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) =>
      (await modelsApi.downloads[':id'][action].$post({ param: { id } })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: DOWNLOADS }),
  });
}

export function useFolders() {
  return useQuery({
    queryKey: FOLDERS,
    queryFn: async () => (await modelsApi.folders.$get()).json(),
  });
}

export function useFolderChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ path, action }: { path: string; action: 'add' | 'remove' }) => {
      if (action === 'add') await modelsApi.folders.$post({ json: { path } });
      else await modelsApi.folders.remove.$post({ json: { path } });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

export function useHubToken() {
  return useQuery({
    queryKey: TOKEN,
    queryFn: async () => (await modelsApi['hub-token'].$get()).json(),
  });
}

/** Null forgets it. */
export function useSaveHubToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (token: string | null) =>
      (await modelsApi['hub-token'].$post({ json: { token } })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: TOKEN }),
  });
}
