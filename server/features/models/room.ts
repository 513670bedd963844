import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#server/kernel/config.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import { approveRoot } from '#server/kernel/paths.ts';
import type { FeatureContext } from '../../feature.ts';
import { embedderSource } from './built-in-embedder.ts';
import { asModelEntry, type Catalog, createCatalog } from './catalog.ts';
import type { ModelsEvents } from './contract.ts';
import { draftOf, draftsFor } from './drafts.ts';
import { createDownloads, DOWNLOAD, type Downloads } from './downloads.ts';
import { findCandidates, type Place } from './places.ts';
import { GUIDE, nameOf, showMemory, showModel, showResident } from './shelf.ts';
import { createModelsStore, type ModelsStore } from './store.ts';

export const HUB_TOKEN = 'hub-token';

/** Everything the routes of this room stand on. */
export interface Room {
  context: FeatureContext<ModelsEvents>;
  store: ModelsStore;
  catalog: Catalog;
  downloads: Downloads;
}

export function createRoom(context: FeatureContext<ModelsEvents>): Room {
  const store = createModelsStore(context.database);
  const catalog = createCatalog({
    places: () => placesOf(context.config, store.folders()),
    store,
    onChange: () => context.events.emit('models', 'models.changed'),
  });
  const downloads = createDownloads({
    config: context.config,
    budgetBytes: () => context.engines.memory().budgetBytes,
    token: () => context.secrets.read(HUB_TOKEN),
    record: ({ host, path, received }) =>
      context.egress.record({
        ...{ at: Date.now(), purpose: 'model download', method: 'GET', host, path },
        ...{ status: 200, bytesOut: 0, bytesIn: received, outcome: 'ok' },
      }),
    onInstalled: async () => {
      await catalog.scan();
      context.events.emit('models', 'models.changed');
    },
  });
  context.jobs.define(downloads.job);
  context.hooks.register('modelSource', embedderSource(context.config));
  context.hooks.register('modelSource', {
    find: (id) => findUsable({ catalog, store }, id),
    fallback: async () => required(await findUsable({ catalog, store }, GUIDE), GUIDE),
    list: async () =>
      (await catalog.entries())
        .filter(({ verdict }) => verdict.usable || verdict.embeds)
        .map((entry) => ({ ...asModelEntry(entry), name: nameOf(entry) })),
  });
  return { context, store, catalog, downloads };
}

/** Errors: model_invalid or model_unsupported with the verdict's reason. Undefined when no directory has the id. */
async function findUsable(
  { catalog, store }: Pick<Room, 'catalog' | 'store'>,
  id: string,
): Promise<ModelEntry | undefined> {
  const found = await catalog.find(id);
  const entries = await catalog.entries();
  const entry = entries.find((candidate) => candidate.id === id);
  if (found === undefined || entry === undefined) return undefined;
  const { problem, embeds } = entry.verdict;
  if (problem !== null && !embeds) {
    const code = problem.code === 'model_unsupported' ? 'model_unsupported' : 'model_invalid';
    throw new AppError(code, `${nameOf(entry)} cannot be used. ${problem.message}`, {
      details: { model_id: id },
    });
  }
  return { ...found, name: nameOf(entry), draft: draftOf(entry, entries, store.drafts()) ?? null };
}

export function required<Value>(value: Value | undefined, id: string): Value {
  if (value !== undefined) return value;
  throw new AppError(
    'not_found',
    `There is no model ${id} on this disk. Choose another one on the Models screen.`,
  );
}

/** Where model directories are looked for, built-in ones first. */
export function placesOf(config: Config, added: readonly string[]): Place[] {
  const { userHome } = config;
  const hfHome = config.hfHome ?? join(userHome, '.cache', 'huggingface');
  return [
    { path: join(config.root, 'python', 'guide', 'models'), source: 'built_in' },
    { path: join(config.home, 'models'), source: 'own' },
    { path: config.hfHubCache ?? join(hfHome, 'hub'), source: 'hugging_face' },
    { path: join(userHome, '.lmstudio', 'models'), source: 'lm_studio' },
    { path: join(userHome, '.cache', 'lm-studio', 'models'), source: 'lm_studio' },
    ...added.map((path): Place => ({ path, source: 'added' })),
  ];
}

export async function listModels({ context, store, catalog }: Room, rescan: boolean) {
  const choice = store.drafts();
  const memory = context.engines.memory();
  const entries = rescan ? await catalog.scan() : await catalog.entries();
  const machine = {
    budgetBytes: memory.budgetBytes,
    widens: process.platform === 'linux',
    pinned: context.engines.policy().pinned,
    bytesHere: (id: string, bytes: number) => context.engines.bytesHere(id, bytes),
  };
  return {
    models: entries.map((entry) => {
      const candidates = draftsFor(entry, entries).map(({ id }) => id);
      const chosen = candidates.find((id) => id === choice[entry.id]) ?? null;
      return showModel(entry, machine, { chosen, candidates });
    }),
    resident: context.engines.list().map(showResident),
    memory: showMemory(memory),
    default_model_id: GUIDE,
  };
}

/** Starts a load and answers with its first state; progress comes as `models.resident`. */
export async function loadModel({ context, store, catalog }: Room, id: string) {
  const entry = required(await findUsable({ store, catalog }, id), id);
  const loading = context.engines.load({
    ...{ id, path: entry.path, memoryBytes: entry.memoryBytes, draft: entry.draft ?? null },
    ...(entry.embeds ? { role: 'embed' } : {}),
  });
  // The outcome is told by events; a refusal that comes at once is the answer of this request.
  const refused = await Promise.race([
    loading.then(() => undefined),
    new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))),
  ]);
  loading.catch((error: unknown) =>
    context.log.warn({ err: error, model: id }, 'a model could not be loaded'),
  );
  const resident = context.engines.list().find((model) => model.modelId === id);
  if (resident === undefined)
    throw refused ?? new AppError('conflict', 'The model was unloaded before it was ready.');
  return showResident(resident);
}

export async function listFolders({ context, store }: Room) {
  const places = placesOf(context.config, store.folders());
  const folders = places.map(async (place) => ({
    path: place.path,
    source: place.source,
    exists: await stat(place.path).then(
      (found) => found.isDirectory(),
      () => false,
    ),
    models: (await findCandidates(place)).length,
  }));
  return { folders: await Promise.all(folders) };
}

export async function addFolder({ context, store, catalog }: Room, path: string) {
  const { userHome, home } = context.config;
  const real = await approveRoot(path, { userHome, home });
  store.addFolder(real);
  await catalog.scan();
  return { path: real, models: (await findCandidates({ path: real, source: 'added' })).length };
}

export async function removeFolder({ store, catalog }: Room, path: string) {
  const removed = store.removeFolder(path);
  if (removed) await catalog.scan();
  return { removed };
}

export function startDownload({ context }: Room, repository: string, revision: string | undefined) {
  const running = context.jobs
    .list({ kind: DOWNLOAD, status: ['queued', 'running'] })
    .find((job) => job.title === repository);
  return running ?? context.jobs.start(DOWNLOAD, repository, { repository, revision: revision ?? null });
}
