import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';

export type { WorkspacesApi } from './workspaces.ts';

const Tags = ['workspaces'];
export const WorkspaceId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be a 26-character id');
const Params = z.object({ id: WorkspaceId });
/** Relative to the workspace, with `/`; empty: the workspace itself. */
const RelativePath = z.string().max(4096);

/** What `.mlx-code.json` in the folder says, and what is wrong with it. */
export const ProjectFile = z.object({
  model: z.string().nullable(),
  max_tokens: z.number().nullable(),
  ctx_chars: z.number().nullable(),
  auto_context: z.boolean().nullable(),
  persona: z.string().nullable(),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  /** By name: shell commands the project offers, e.g. `test`. They are shown, never run by themselves. */
  commands: z.record(z.string(), z.string()),
  /** A sentence that says where the file is wrong; what could not be read is left out. */
  error: z.string().nullable(),
});
export type ProjectFile = z.infer<typeof ProjectFile>;

export const Workspace = z
  .object({
    id: WorkspaceId,
    name: z.string(),
    path: z.string(),
    project: ProjectFile,
    /** What a person set here; null: what the project file says. */
    model_id: z.string().nullable(),
    persona: z.string().nullable(),
    auto_context: z.boolean().nullable(),
    /** Branch or short commit of the repository it lies in; null without one. */
    branch: z.string().nullable(),
    /** The folder is not there any more. */
    missing: z.boolean(),
    opened_at: z.number(),
    last_used_at: z.number(),
  })
  .openapi('Workspace');
export type Workspace = z.infer<typeof Workspace>;

export const FolderListing = z
  .object({
    path: z.string(),
    parent: z.string().nullable(),
    /** Where browsing may begin. */
    roots: z.array(z.object({ name: z.string(), path: z.string() })),
    folders: z.array(
      z.object({ name: z.string(), path: z.string(), repository: z.boolean(), hidden: z.boolean() }),
    ),
    truncated: z.boolean(),
    /** Why this folder cannot be opened as a workspace; null when it can. */
    refusal: z.string().nullable(),
  })
  .openapi('FolderListing');
export type FolderListing = z.infer<typeof FolderListing>;

export const TreeEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Bytes; null for folders. */
  size: z.number().nullable(),
  /** Left out of the index by an ignore rule. */
  ignored: z.boolean(),
  language: z.string().nullable(),
});
export type TreeEntry = z.infer<typeof TreeEntry>;

export const FileContent = z
  .object({
    path: z.string(),
    /** Null when it cannot be shown; then `reason` says why. Lines end with \n as in the file. */
    text: z.string().nullable(),
    reason: z.string().nullable(),
    language: z.string().nullable(),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).nullable(),
    bytes: z.number(),
    lines: z.number(),
    /** sha256 of its bytes. */
    hash: z.string().nullable(),
    modified_at: z.number(),
  })
  .openapi('FileContent');
export type FileContent = z.infer<typeof FileContent>;

export const workspacesRoutes = {
  list: createRoute({
    method: 'get',
    path: '/workspaces',
    tags: Tags,
    responses: okJson(z.object({ workspaces: z.array(Workspace) })),
  }),
  /** Opening a folder that is open answers with the same workspace. */
  open: createRoute({
    method: 'post',
    path: '/workspaces',
    tags: Tags,
    request: jsonBody(z.strictObject({ path: z.string().min(1).max(4096) })),
    responses: okJson(Workspace),
  }),
  update: createRoute({
    method: 'patch',
    path: '/workspaces/{id}',
    tags: Tags,
    request: {
      params: Params,
      ...jsonBody(
        z
          .strictObject({
            name: z.string().trim().min(1).max(120),
            model_id: z.string().max(200).nullable(),
            persona: z.string().max(100_000).nullable(),
            auto_context: z.boolean().nullable(),
            /** Brings it to the top of the list. */
            used: z.literal(true),
          })
          .partial(),
      ),
    },
    responses: okJson(Workspace),
  }),
  /** Forgets the folder and its index; nothing in the folder is touched. */
  close: createRoute({
    method: 'post',
    path: '/workspaces/{id}/close',
    tags: Tags,
    request: { params: Params },
    responses: okJson(z.object({ closed: z.boolean() })),
  }),
  /** The folders in a folder, for a browser of folders and for completion of a typed path. */
  folders: createRoute({
    method: 'get',
    path: '/workspaces/folders',
    tags: Tags,
    request: {
      query: z.object({ path: z.string().max(4096).optional(), hidden: z.stringbool().optional() }),
    },
    responses: okJson(FolderListing),
  }),
  tree: createRoute({
    method: 'get',
    path: '/workspaces/{id}/tree',
    tags: Tags,
    request: { params: Params, query: z.object({ path: RelativePath.default('') }) },
    responses: okJson(z.object({ entries: z.array(TreeEntry), truncated: z.boolean() })),
  }),
  file: createRoute({
    method: 'get',
    path: '/workspaces/{id}/file',
    tags: Tags,
    request: { params: Params, query: z.object({ path: RelativePath.min(1) }) },
    responses: okJson(FileContent),
  }),
};

export interface WorkspacesEvents {
  /** On topic `workspaces`: one was opened, changed or closed. */
  'workspaces.changed': (change: { id: string }) => void;
}
