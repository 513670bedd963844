'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTopic } from '#app/_client/socket.ts';
import { notifyError } from '#app/_ui/toast.ts';
import type { Workspace, WorkspacesEvents } from '#server/features/workspaces/contract.ts';
import { evidenceApi } from './evidence-api.ts';

const KEY = ['workspaces', 'list'];

/** The folders that are open, the one used last first. */
export function useOpenWorkspaces(): Workspace[] | undefined {
  const client = useQueryClient();
  useTopic<WorkspacesEvents>('workspaces', {
    'workspaces.changed': () => void client.invalidateQueries({ queryKey: KEY }),
  });
  return useQuery({ queryKey: KEY, queryFn: evidenceApi.workspaces, retry: false }).data;
}

/** Whether questions about a folder are answered with what a search finds, as a person or its project says. */
export function searchesByItself({ auto_context, project }: Workspace): boolean {
  return auto_context ?? project.auto_context ?? true;
}

export function useSearchByItself(): (workspace: Workspace, on: boolean) => void {
  const client = useQueryClient();
  return (workspace, on) =>
    void evidenceApi
      .searchByItself(workspace.id, on)
      .then(() => client.invalidateQueries({ queryKey: KEY }), notifyError);
}
