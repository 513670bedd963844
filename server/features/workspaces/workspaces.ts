import { defineFeature, type FeatureContext } from '#server/feature.ts';
import { languageOf } from '#server/files/language-of.ts';
import { readText, VIEWER_LIMIT } from '#server/files/read-text.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { browseFolders } from './allowed-folders.ts';
import { type FileContent, type WorkspacesEvents, workspacesRoutes } from './contract.ts';
import { readProjectFile } from './project-file.ts';
import { WorkspacesRoom } from './room.ts';
import type { WorkspaceChange } from './store.ts';
import { listTree } from './tree.ts';

export type WorkspacesApi = ReturnType<typeof createWorkspacesRoutes>;

/** The folders a person works in: opened, browsed, read. */
export const workspacesFeature = defineFeature<WorkspacesEvents>('workspaces', (context) => {
  const room = new WorkspacesRoom(context);
  context.hooks.register('workspaceSource', {
    list: () => room.entries(),
    find: (id) => room.entry(id),
    follow: (listener) => room.follow(listener),
  });
  return {
    routes: createWorkspacesRoutes(room, context),
    topics: [/^workspaces$/],
    start: () => room.start(),
    stop: () => room.stop(),
  };
});

function createWorkspacesRoutes(room: WorkspacesRoom, { config }: FeatureContext<WorkspacesEvents>) {
  return createRoutes()
    .openapi(workspacesRoutes.list, (c) => c.json({ workspaces: room.list() }, 200))
    .openapi(workspacesRoutes.open, async (c) => c.json(await room.open(c.req.valid('json').path), 200))
    .openapi(workspacesRoutes.folders, async (c) =>
      c.json(await browseFolders(c.req.valid('query'), config), 200),
    )
    .openapi(workspacesRoutes.update, (c) =>
      c.json(room.change(c.req.valid('param').id, toChange(c.req.valid('json'))), 200),
    )
    .openapi(workspacesRoutes.close, (c) => c.json({ closed: room.close(c.req.valid('param').id) }, 200))
    .openapi(workspacesRoutes.tree, async (c) => {
      const root = room.rootOf(c.req.valid('param').id);
      return c.json(await listTree(root, c.req.valid('query').path, readProjectFile(root)), 200);
    })
    .openapi(workspacesRoutes.file, async (c) => {
      const root = room.rootOf(c.req.valid('param').id);
      return c.json(await showFile(root, c.req.valid('query').path), 200);
    });
}

interface Update {
  name?: string | undefined;
  model_id?: string | null | undefined;
  persona?: string | null | undefined;
  auto_context?: boolean | null | undefined;
  used?: true | undefined;
}

function toChange({ name, model_id, persona, auto_context, used }: Update): WorkspaceChange {
  return {
    ...(name === undefined ? {} : { name }),
    ...(model_id === undefined ? {} : { modelId: model_id }),
    ...(persona === undefined ? {} : { persona }),
    ...(auto_context === undefined ? {} : { autoContext: auto_context }),
    ...(used === undefined ? {} : { lastUsedAt: Date.now() }),
  };
}

async function showFile(root: string, path: string): Promise<FileContent> {
  const file = await readText(root, path, { limit: VIEWER_LIMIT });
  const shown = { path, bytes: file.bytes, modified_at: Math.round(file.modifiedMs) };
  if ('reason' in file) {
    const nothing = { text: null, encoding: null, lines: 0, hash: null };
    return { ...shown, ...nothing, reason: file.reason, language: languageOf(path) };
  }
  const { text, encoding, lines, hash } = file;
  return { ...shown, text, encoding, lines, hash, reason: null, language: languageOf(path, text) };
}
