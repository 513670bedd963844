import { basename } from 'node:path';
import { statSync } from 'node:fs';
import { defineFeature, type FeatureContext } from '#server/feature.ts';
import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { EgressRow } from '#server/kernel/store.ts';
import { type Notice, type SettingsEvents, settingsRoutes } from './contract.ts';
import { createSettingsStore } from './store.ts';

export type SettingsApi = ReturnType<typeof createSettingsRoutes>;

type Context = FeatureContext<SettingsEvents>;
type Store = ReturnType<typeof createSettingsStore>;

export const settingsFeature = defineFeature<SettingsEvents>('settings', (context) => {
  const store = createSettingsStore(context.database);
  return {
    routes: createSettingsRoutes(context, store),
    topics: [/^settings$/],
    start: () => watchOverData(context, store),
  };
});

function createSettingsRoutes(context: Context, store: Store) {
  const startedAt = Date.now();
  const { config, database, egress, events, disk } = context;
  return createRoutes()
    .openapi(settingsRoutes.read, (c) => c.json({ preferences: store.preferences() }, 200))
    .openapi(settingsRoutes.change, (c) => {
      store.change(c.req.valid('json'));
      const preferences = store.preferences();
      events.emit('settings', 'settings.changed', preferences);
      return c.json({ preferences }, 200);
    })
    .openapi(settingsRoutes.state, async (c) => {
      const { requests, bytesOut, bytesIn } = egress.totals();
      const state = {
        version: config.version,
        home: config.home,
        started_at: startedAt,
        database_bytes: statSync(database.path).size,
        last_backup_at: database.backups.list()[0]?.at ?? null,
        free_disk_bytes: await disk.freeBytes(),
        egress: { requests, bytes_out: bytesOut, bytes_in: bytesIn },
        notices: store.notices(),
      };
      return c.json(state, 200);
    })
    .openapi(settingsRoutes.dismiss, (c) => {
      if (!store.dismiss(c.req.valid('param').id)) {
        throw new AppError('not_found', 'This notice does not exist.');
      }
      const notices = store.notices();
      events.emit('settings', 'settings.notices', notices);
      return c.json({ notices }, 200);
    })
    .openapi(settingsRoutes.egress, (c) => {
      return c.json({ entries: egress.ledger(c.req.valid('query')).map(showEntry) }, 200);
    });
}

function showEntry({ bytesOut, bytesIn, ...entry }: EgressRow) {
  return { ...entry, bytes_out: bytesOut, bytes_in: bytesIn };
}

/** Tells the person what happened to their data: a restored database, a full disk. */
function watchOverData({ database, disk, events, log }: Context, store: Store): void {
  const tell = (kind: Notice['kind'], message: string) => {
    log.warn({ kind }, message);
    if (store.notices().some((notice) => notice.kind === kind && notice.message === message)) return;
    store.addNotice(kind, message);
    events.emit('settings', 'settings.notices', store.notices());
  };
  if (database.restoration) {
    const { aside, backup } = database.restoration;
    const kept = `The damaged file is kept as ${basename(aside)}.`;
    const restored = backup && `The copy of ${new Date(backup.at).toUTCString()} was restored`;
    if (restored) {
      tell(
        'database_restored',
        `The database was damaged. ${restored}; what came after it is missing. ${kept}`,
      );
    } else {
      tell('database_lost', `The database was damaged and there was no backup: it starts empty. ${kept}`);
    }
  }
  disk.onFull(() => {
    tell(
      'disk_full',
      'The disk is full. What was saved is kept. Free some space to go on; nothing needs a restart.',
    );
  });
}
