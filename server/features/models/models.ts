import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { defineFeature } from '../../feature.ts';
import { type ModelsEvents, modelsRoutes } from './contract.ts';
import { chooseDraft } from './choose-draft.ts';
import { DOWNLOAD } from './downloads.ts';
import { changePromptCaches, clearPromptCaches, showPromptCaches } from './prompt-caches.ts';
import { changeMemory, pinModel, recallMemory } from './memory.ts';
import {
  addFolder,
  createRoom,
  HUB_TOKEN,
  listFolders,
  listModels,
  loadModel,
  removeFolder,
  type Room,
  startDownload,
} from './room.ts';
import { showJob, showMemory, showRecommended, showResident } from './shelf.ts';

/** Milliseconds the Hub has to describe a repository. */
const PLAN_TIMEOUT = 30_000;
/** At most one `models.resident` event in this many milliseconds. */
const RESIDENT_EVERY = 100;

export type ModelsApi = ReturnType<typeof modelsApi>;

/** The models on this disk, which of them are resident, and how more come here. */
export const modelsFeature = defineFeature<ModelsEvents>('models', (context) => {
  const room = createRoom(context);
  let stopWatching: () => void = () => undefined;
  return {
    routes: modelsApi(room),
    topics: [/^models$/],
    start() {
      recallMemory(room);
      stopWatching = announceResidents(room);
      // The disk is looked at while the door opens; the list waits for it, a chat with the guide does not.
      room.catalog
        .scan()
        .catch((error: unknown) => context.log.error({ err: error }, 'looking for models failed'));
    },
    stop: () => stopWatching(),
  };
});

function announceResidents({ context }: Room): () => void {
  let timer: NodeJS.Timeout | undefined;
  const announce = () => {
    timer = undefined;
    context.events.emit('models', 'models.resident', {
      resident: context.engines.list().map(showResident),
      memory: showMemory(context.engines.memory()),
    });
  };
  const stop = context.engines.onChange(() => {
    timer ??= setTimeout(announce, RESIDENT_EVERY);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function modelsApi(room: Room) {
  const { context, downloads } = room;
  return createRoutes()
    .openapi(modelsRoutes.list, async (c) =>
      c.json(await listModels(room, c.req.valid('query').rescan === '1'), 200),
    )
    .openapi(modelsRoutes.load, async (c) => c.json(await loadModel(room, c.req.valid('json').model_id), 200))
    .openapi(modelsRoutes.unload, async (c) => {
      const unloaded = await context.engines.unload(c.req.valid('json').model_id);
      return c.json({ unloaded }, 200);
    })
    .openapi(modelsRoutes.memory, (c) => c.json(changeMemory(room, c.req.valid('json')), 200))
    .openapi(modelsRoutes.promptCaches, async (c) => c.json(await showPromptCaches(room), 200))
    .openapi(modelsRoutes.changePromptCaches, async (c) =>
      c.json(await changePromptCaches(room, c.req.valid('json')), 200),
    )
    .openapi(modelsRoutes.clearPromptCaches, async (c) => c.json(await clearPromptCaches(room), 200))
    .openapi(modelsRoutes.pin, async (c) => {
      const { model_id, pinned } = c.req.valid('json');
      return c.json(await pinModel(room, model_id, pinned), 200);
    })
    .openapi(modelsRoutes.draft, async (c) => {
      const { model_id, draft_model_id } = c.req.valid('json');
      return c.json(await chooseDraft(room, model_id, draft_model_id), 200);
    })
    .openapi(modelsRoutes.folders, async (c) => c.json(await listFolders(room), 200))
    .openapi(modelsRoutes.addFolder, async (c) =>
      c.json(await addFolder(room, c.req.valid('json').path), 200),
    )
    .openapi(modelsRoutes.removeFolder, async (c) =>
      c.json(await removeFolder(room, c.req.valid('json').path), 200),
    )
    .openapi(modelsRoutes.recommended, (c) =>
      c.json(showRecommended(context.engines.memory().budgetBytes), 200),
    )
    .openapi(modelsRoutes.plan, async (c) => {
      const { repository, revision } = c.req.valid('json');
      const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(PLAN_TIMEOUT)]);
      return c.json(await downloads.plan(repository, revision ?? null, signal), 200);
    })
    .openapi(modelsRoutes.download, (c) => {
      const { repository, revision } = c.req.valid('json');
      return c.json(showJob(startDownload(room, repository, revision)), 200);
    })
    .openapi(modelsRoutes.downloads, (c) =>
      c.json({ jobs: context.jobs.list({ kind: DOWNLOAD }).map(showJob) }, 200),
    )
    .openapi(modelsRoutes.cancelDownload, (c) =>
      c.json(showJob(context.jobs.cancel(downloadId(room, c.req.valid('param').id))), 200),
    )
    .openapi(modelsRoutes.resumeDownload, (c) =>
      c.json(showJob(context.jobs.resume(downloadId(room, c.req.valid('param').id))), 200),
    )
    .openapi(modelsRoutes.token, async (c) => {
      const { token } = c.req.valid('json');
      const where = await context.secrets.write(HUB_TOKEN, token);
      return c.json({ saved: token !== null, where }, 200);
    })
    .openapi(modelsRoutes.tokenState, async (c) =>
      c.json({ present: (await context.secrets.read(HUB_TOKEN)) !== null }, 200),
    );
}

/** Only this room's jobs can be reached through its routes. */
function downloadId({ context }: Room, id: string): string {
  if (context.jobs.find(id)?.kind === DOWNLOAD) return id;
  throw new AppError('not_found', 'There is no such download.');
}
