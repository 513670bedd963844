'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTopic } from '#app/_client/socket.ts';
import { notify, notifyError } from '#app/_ui/toast.ts';
import type { RetrievalEvents } from '#server/features/retrieval/contract.ts';
import type { Workspace, WorkspacesEvents } from '#server/features/workspaces/contract.ts';
import { showWorkspace } from './place.ts';
import { workspacesApi } from './workspaces-api.ts';

export const keys = {
  list: ['workspaces', 'list'],
  trees: (id: string) => ['workspaces', 'tree', id],
  tree: (id: string, path: string) => ['workspaces', 'tree', id, path],
  file: (id: string, path: string) => ['workspaces', 'file', id, path],
  outline: (id: string, path: string) => ['workspaces', 'outline', id, path],
  folders: (path: string, hidden: boolean) => ['workspaces', 'folders', path, hidden],
  index: (id: string) => ['workspaces', 'index', id],
};

/** The folders that are open, the one used last first. */
export function useWorkspaces() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.list, queryFn: workspacesApi.list, refetchOnWindowFocus: true });
  useTopic<WorkspacesEvents>('workspaces', {
    'workspaces.changed': async ({ id }) => {
      await client.invalidateQueries({ queryKey: keys.list });
      const changed = client.getQueryData<Workspace[]>(keys.list)?.find((one) => one.id === id);
      if (changed?.missing === false) await client.invalidateQueries({ queryKey: keys.trees(id) });
    },
  });
  return { query, workspaces: query.data ?? [] };
}

/** Fetches again what is shown of files that changed on the disk. */
export function useFileChanges(id: string): void {
  const client = useQueryClient();
  useTopic<Pick<RetrievalEvents, 'retrieval.files'>>(`retrieval:${id}`, {
    'retrieval.files': ({ workspace_id, paths, more }) => {
      if (workspace_id !== id) return;
      if (more) return void client.invalidateQueries({ queryKey: ['workspaces'] });
      for (const path of paths) {
        void client.invalidateQueries({ queryKey: keys.file(id, path) });
        void client.invalidateQueries({ queryKey: keys.outline(id, path) });
      }
      const folders = new Set(paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
      for (const folder of folders) void client.invalidateQueries({ queryKey: keys.tree(id, folder) });
    },
  });
}

/** Open, choose, close. */
export function useWorkspaceActions() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: keys.list });
  const choose = (id: string) => {
    showWorkspace(id);
    void workspacesApi.change(id, { used: true }).then(refresh, notifyError);
  };
  /** Errors: the daemon's, for the form to show. */
  const open = async (path: string): Promise<void> => {
    const opened = await workspacesApi.open(path);
    client.setQueryData<Workspace[]>(keys.list, (known = []) => [
      opened,
      ...known.filter(({ id }) => id !== opened.id),
    ]);
    showWorkspace(opened.id);
  };
  const close = async ({ id, name, path }: Workspace): Promise<void> => {
    // It leaves the screen first: nothing of it is asked for again once it is closed.
    client.setQueryData<Workspace[]>(keys.list, (known = []) => known.filter((one) => one.id !== id));
    showWorkspace(null, 'replace');
    await workspacesApi.close(id).finally(refresh);
    notify(`${name} is closed. Its files are untouched.`, {
      action: { label: 'Undo', run: () => void open(path).catch(notifyError) },
    });
  };
  return { choose, open, close: (workspace: Workspace) => void close(workspace).catch(notifyError) };
}
