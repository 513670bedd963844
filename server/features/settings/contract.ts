import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';

export type { SettingsApi } from './settings.ts';

const Tags = ['settings'];
const Width = z.number().min(160).max(1200);

/** What a person chose once for every screen. Widths in CSS pixels, `accent` a hue in degrees. */
export const Preferences = z
  .object({
    theme: z.enum(['system', 'light', 'dark']),
    accent: z.number().min(0).max(360).nullable(),
    enterSends: z.boolean(),
    advanced: z.boolean(),
    sidebarOpen: z.boolean(),
    panelOpen: z.boolean(),
    sidebarWidth: Width,
    panelWidth: Width,
    /** Keys by shortcut id, where they differ from the list. */
    shortcuts: z.record(z.string().max(100), z.array(z.string().max(100)).max(10)),
  })
  .partial()
  .strict()
  .openapi('Preferences');

/** Something that happened to a person's data; shown until dismissed. */
export const Notice = z
  .object({
    id: z.string(),
    kind: z.enum(['database_restored', 'database_lost', 'disk_full']),
    message: z.string(),
    created_at: z.number(),
  })
  .openapi('Notice');

/** The daemon behind this tab. Bytes, milliseconds since 1970. */
export const DaemonState = z
  .object({
    version: z.string(),
    home: z.string(),
    started_at: z.number(),
    database_bytes: z.number(),
    last_backup_at: z.number().nullable(),
    free_disk_bytes: z.number(),
    /** What ever left this machine. */
    egress: z.object({ requests: z.number(), bytes_out: z.number(), bytes_in: z.number() }),
    notices: z.array(Notice),
  })
  .openapi('DaemonState');

export const EgressEntry = z
  .object({
    id: z.number(),
    at: z.number(),
    purpose: z.string(),
    method: z.string(),
    host: z.string(),
    path: z.string(),
    status: z.number().nullable(),
    bytes_out: z.number(),
    bytes_in: z.number(),
    outcome: z.string(),
  })
  .openapi('EgressEntry');

export const settingsRoutes = {
  /** Only what was ever changed; the rest follows the screen's own defaults. */
  read: createRoute({
    method: 'get',
    path: '/settings',
    tags: Tags,
    responses: okJson(z.object({ preferences: Preferences })),
  }),
  /** Changes the keys that are given and no others. */
  change: createRoute({
    method: 'patch',
    path: '/settings',
    tags: Tags,
    request: jsonBody(Preferences),
    responses: okJson(z.object({ preferences: Preferences })),
  }),
  state: createRoute({ method: 'get', path: '/settings/state', tags: Tags, responses: okJson(DaemonState) }),
  dismiss: createRoute({
    method: 'post',
    path: '/settings/notices/{id}/dismiss',
    tags: Tags,
    request: { params: z.object({ id: z.string().min(1).max(64) }) },
    responses: okJson(z.object({ notices: z.array(Notice) })),
  }),
  /** The ledger of outbound requests, newest first. */
  egress: createRoute({
    method: 'get',
    path: '/settings/egress',
    tags: Tags,
    request: {
      query: z.object({
        limit: z.coerce.number().int().min(1).max(500).default(100),
        before: z.coerce.number().int().min(1).optional(),
      }),
    },
    responses: okJson(z.object({ entries: z.array(EgressEntry) })),
  }),
};

export type Preferences = z.infer<typeof Preferences>;
export type Notice = z.infer<typeof Notice>;
export type DaemonState = z.infer<typeof DaemonState>;
export type EgressEntry = z.infer<typeof EgressEntry>;

/** Topic `settings`. */
export interface SettingsEvents {
  'settings.changed': (preferences: Preferences) => void;
  'settings.notices': (notices: Notice[]) => void;
}
