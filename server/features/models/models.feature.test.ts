import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase } from '#db/testing.ts';
import { readConfig } from '#server/kernel/config.ts';
import { createEgress } from '#server/kernel/egress.ts';
import { createHooks } from '#server/kernel/hooks.ts';
import { failureRenderer } from '#server/kernel/http.ts';
import { createJobs, type Job, type Jobs } from '#server/kernel/jobs.ts';
import { createLog } from '#server/kernel/log.ts';
import { createSecrets } from '#server/kernel/secrets.ts';
import { createEnginePool } from '#server/worker/pool.ts';
import type { FeatureContext } from '../../feature.ts';
import type { ModelsEvents } from './contract.ts';
import { modelsFeature } from './models.ts';
import { type LocalHub, startLocalHub } from './testing/hub.ts';
import { writeModelDirectory } from './testing/model-directory.ts';

const TOKEN = `hf_${'t'.repeat(34)}`;
const REPOSITORY = 'someone/tiny-model';
const root = join(import.meta.dirname, '../../..');

let served: string;
let hub: LocalHub;
let house: House;

interface House {
  folder: string;
  jobs: Jobs;
  context: FeatureContext<ModelsEvents>;
  request(path: string, body?: unknown, method?: string): Promise<{ status: number; body: any }>;
  /** Another one on the same data, as after a restart. */
  restart(): Pick<House, 'request' | 'close'>;
  /** Resolves with the first announced state of a job that `wanted` accepts. */
  jobUntil(id: string, wanted: (job: Job) => boolean): Promise<Job>;
  close(): Promise<void>;
}

beforeAll(async () => {
  served = mkdtempSync(join(tmpdir(), 'hub-'));
  writeModelDirectory(join(served, REPOSITORY), { rows: 4000 });
  writeFileSync(join(served, REPOSITORY, 'pytorch_model.bin'), 'pickle');
  mkdirSync(join(served, 'someone/custom'));
  writeModelDirectory(join(served, 'someone/custom'));
  writeFileSync(join(served, 'someone/custom/config.json'), '{"model_type":"qwen2","auto_map":{"x":"y"}}');
  hub = await startLocalHub(root, served);
});

afterAll(async () => {
  await hub.stop();
  rmSync(served, { recursive: true });
});

beforeEach(async () => {
  await hub.behave({});
  house = openHouse(mkdtempSync(join(tmpdir(), 'models-')));
});

afterEach(async () => {
  await house.close();
  rmSync(house.folder, { recursive: true });
});

function openHouse(folder: string, database = openTestDatabase()): House {
  const config = readConfig({
    args: ['--home', join(folder, 'home')],
    environment: { PATH: process.env.PATH, HOME: folder, MLX_CODE_HUB_URL: hub.url },
  });
  mkdirSync(config.home, { recursive: true });
  const log = createLog({ level: 'error' });
  const watchers = new Set<(job: Job) => void>();
  const jobs = createJobs({ database, log, announce: (job) => watchers.forEach((watch) => watch(job)) });
  const engines = createEnginePool({ config, log });
  const context = {
    ...{ config, log, database, jobs, engines },
    hooks: createHooks(),
    egress: createEgress({ database, trusted: hub.url }),
    secrets: createSecrets({ home: config.home, log }),
    events: { emit: () => undefined, listeners: () => 0 },
  } as unknown as FeatureContext<ModelsEvents>;
  const parts = modelsFeature.setup(context);
  void parts.start?.();
  const routes = parts.routes!;
  routes.onError(failureRenderer({ log }));
  return {
    ...{ folder, jobs, context },
    restart: () => {
      const again = openHouse(folder, { ...database, close: () => undefined });
      return { request: again.request, close: again.close };
    },
    async request(path, body, method = 'POST') {
      const init = {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      const answer = await routes.request(path, body === undefined ? undefined : init);
      return { status: answer.status, body: await answer.json() };
    },
    jobUntil: (id, wanted) =>
      new Promise((resolve) => {
        const watch = (job: Job) => {
          if (job.id !== id || !wanted(job)) return;
          watchers.delete(watch);
          resolve(job);
        };
        watchers.add(watch);
        const now = jobs.find(id);
        if (now !== undefined) watch(now);
      }),
    async close() {
      await parts.stop?.();
      await jobs.stop();
      await engines.close();
      database.close();
    },
  };
}

const ended = (job: Job) => ['done', 'failed', 'cancelled'].includes(job.status);

describe('what is on the disk', () => {
  it('lists models of every place with the reason for each that cannot be used', async () => {
    writeModelDirectory(join(house.folder, '.cache/huggingface/hub/models--a--b/snapshots/abc'));
    writeModelDirectory(join(house.folder, '.lmstudio/models/owner/studio-model'));
    mkdirSync(join(house.folder, 'home/models/half'), { recursive: true });
    writeFileSync(join(house.folder, 'home/models/half/config.json'), '{"model_type":"qwen2"}');
    const { body } = await house.request('/models');
    const byId = new Map(body.models.map((model: any) => [model.id, model]));
    expect(byId.get('hugging_face:a/b')).toMatchObject({
      usable: true,
      name: 'a/b',
      quantization: 'float16',
    });
    expect(byId.get('lm_studio:owner/studio-model')).toMatchObject({ usable: true, context_window: 4096 });
    expect(byId.get('own:half')).toMatchObject({ usable: false, problem: { code: 'model_invalid' } });
    expect(byId.get('guide')).toMatchObject({ name: 'Guide (built in)', usable: true });
  });

  it('offers other rooms what embeds: the built-in model, and those on the disk', async () => {
    const path = join(house.folder, 'home/models/small-embedder');
    writeModelDirectory(path);
    writeFileSync(join(path, 'config.json'), '{"model_type":"bert"}');
    const sources = house.context.hooks.all('modelSource');
    const listed = (await Promise.all(sources.map(async (source) => source.list?.() ?? []))).flat();
    expect(listed.filter(({ embeds }) => embeds).map(({ id }) => id)).toEqual([
      'all-MiniLM-L6-v2',
      'own:small-embedder',
    ]);
    const found = await Promise.all(sources.map((source) => source.find('all-MiniLM-L6-v2')));
    expect(found[0]).toMatchObject({ name: 'all-MiniLM-L6-v2 (built in)', embeds: true, builtIn: true });
    expect(await sources[1]?.find('own:small-embedder')).toMatchObject({ path, embeds: true });
    expect(await sources[1]?.find('guide')).toMatchObject({ embeds: false });
  });

  it('finds models of an added folder, and forgets them with the folder', async () => {
    const added = join(house.folder, 'my models');
    writeModelDirectory(join(added, 'mine'));
    const { body } = await house.request('/models/folders', { path: added });
    expect(body).toEqual({ path: added, models: 1 });
    const names = async () => (await house.request('/models')).body.models.map((model: any) => model.name);
    expect(await names()).toContain('mine');
    expect((await house.request('/models/folders/remove', { path: added })).body).toEqual({ removed: true });
    expect(await names()).not.toContain('mine');
  });

  it('refuses folders that hold the whole home or our own data', async () => {
    for (const path of [
      house.folder,
      join(house.folder, 'home'),
      '/',
      'relative',
      join(house.folder, 'absent'),
    ]) {
      const { status, body } = await house.request('/models/folders', { path });
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
      expect(body.error.message).toBeTruthy();
    }
  });

  it('survives a folder that links to itself', async () => {
    const added = join(house.folder, 'loop');
    mkdirSync(added);
    const { symlinkSync } = await import('node:fs');
    symlinkSync(added, join(added, 'again'));
    expect((await house.request('/models/folders', { path: added })).body.models).toBe(0);
  });

  it('refuses to load a model that cannot be used, and names the reason', async () => {
    mkdirSync(join(house.folder, 'home/models/strange'), { recursive: true });
    writeFileSync(join(house.folder, 'home/models/strange/config.json'), '{"model_type":"warp9"}');
    const { status, body } = await house.request('/models/load', { model_id: 'own:strange' });
    expect(status).toBe(422);
    expect(body.error).toMatchObject({
      code: 'model_unsupported',
      message: expect.stringContaining('warp9'),
    });
    expect((await house.request('/models/load', { model_id: 'nothing' })).status).toBe(404);
  });
});

describe('memory', () => {
  const GB = 2 ** 30;
  const change = (body: unknown) => house.request('/models/memory', body, 'PATCH');
  const pin = (model_id: string, pinned: boolean) => house.request('/models/pin', { model_id, pinned });

  it('keeps budget, idle time and pins over a restart', async () => {
    const { status, body } = await change({ budget_bytes: GB, idle_minutes: 5 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ budget_bytes: GB, idle_minutes: 5 });
    expect(body.default_budget_bytes).not.toBe(GB);
    expect((await pin('guide', true)).body).toEqual({ model_id: 'guide', pinned: true });
    const restarted = house.restart();
    const list = (await restarted.request('/models')).body;
    expect(list.memory).toMatchObject({ budget_bytes: GB, idle_minutes: 5 });
    expect(list.models.find((model: any) => model.id === 'guide')).toMatchObject({ pinned: true });
    await restarted.close();
  });

  it('goes back to the defaults when asked', async () => {
    await change({ budget_bytes: GB });
    const { body } = await change({ budget_bytes: null, idle_minutes: 0 });
    expect(body).toMatchObject({ budget_bytes: body.default_budget_bytes, idle_minutes: 0 });
  });

  it.each([
    [{ budget_bytes: -1 }],
    [{ budget_bytes: 1_000 }],
    [{ budget_bytes: Number.MAX_SAFE_INTEGER }],
    [{ budget_bytes: 1.5 }],
    [{ budget_bytes: '8 GB' }],
    [{ idle_minutes: -5 }],
    [{ idle_minutes: 1e9 }],
    [{ pinned: ['guide'] }],
  ])('refuses %j, changing nothing', async (body) => {
    const before = (await house.request('/models')).body.memory;
    const refused = await change(body);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect((await house.request('/models')).body.memory).toEqual(before);
  });

  it('pairs a model with a smaller one of the same vocabulary, and no other', async () => {
    const choose = (draft_model_id: string | null, model_id = 'guide') =>
      house.request('/models/draft', { model_id, draft_model_id });
    const found = async (id = 'guide') =>
      (await house.request('/models?rescan=1')).body.models.find((model: any) => model.id === id);
    const other = join(house.folder, 'home', 'models', 'other');
    writeModelDirectory(other);
    expect(await found()).toMatchObject({ draft_model_id: null, draft_candidates: ['guide-small'] });
    expect(await found('guide-small')).toMatchObject({ draft_candidates: [] });
    expect((await choose('guide-small')).body).toEqual({ model_id: 'guide', draft_model_id: 'guide-small' });
    expect(await found()).toMatchObject({ draft_model_id: 'guide-small' });
    const restarted = house.restart();
    const list = (await restarted.request('/models')).body.models;
    expect(list.find((model: any) => model.id === 'guide').draft_model_id).toBe('guide-small');
    await restarted.close();

    for (const [draft, model, status] of [
      ['guide', 'guide-small', 409],
      ['guide', 'guide', 409],
      ['own:absent', 'guide', 404],
      ['guide-small', 'own:absent', 404],
      ['', 'guide', 400],
    ] as const) {
      expect((await choose(draft, model)).status).toBe(status);
    }
    expect(await found()).toMatchObject({ draft_model_id: 'guide-small' });
    expect((await choose(null)).body).toEqual({ model_id: 'guide', draft_model_id: null });
    expect(await found()).toMatchObject({ draft_model_id: null });
  });

  it('pins only what is on the disk, and unpins what has gone', async () => {
    expect(await pin('own:absent', true)).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
    expect((await pin('own:absent', false)).status).toBe(200);
  });
});

describe('downloads', () => {
  const plan = (repository: string) => house.request('/models/downloads/plan', { repository });
  const start = () => house.request('/models/downloads', { repository: REPOSITORY });
  const installed = () => join(house.folder, 'home/models/someone--tiny-model');

  it('show size and fit before they start, and what is left out', async () => {
    const { status, body } = await plan(REPOSITORY);
    expect(status).toBe(200);
    expect(body).toMatchObject({ fits_disk: true, fits_memory: true, gated: false, problem: null });
    expect(body.total_bytes).toBe(body.files.reduce((sum: number, file: any) => sum + file.size_bytes, 0));
    expect(body.skipped).toEqual([{ path: 'pytorch_model.bin', reason: expect.any(String) }]);
  });

  it('bring a model that is then listed and usable, and note every request in the ledger', async () => {
    const { body: job } = await start();
    expect(await house.jobUntil(job.id, ended)).toMatchObject({ status: 'done' });
    const { body } = await house.request('/models');
    const model = body.models.find((entry: any) => entry.id === 'own:someone--tiny-model');
    expect(model).toMatchObject({ name: 'someone/tiny-model', usable: true, parameters: 256_000 });
    expect(readdirSync(installed())).not.toContain('pytorch_model.bin');
    expect(house.context.egress.totals().bytesIn).toBeGreaterThan(512_000);
  });

  it('go on after a cancel with the bytes that had arrived', async () => {
    const whole = statSync(join(served, REPOSITORY, 'model.safetensors')).size;
    const others = (await plan(REPOSITORY)).body.total_bytes - whole;
    await hub.behave({ rate: 60_000 });
    const { body: job } = await start();
    await house.jobUntil(job.id, (state) => state.done > others + 30_000);
    expect((await house.request(`/models/downloads/${job.id}/cancel`, {})).status).toBe(200);
    await house.jobUntil(job.id, (state) => state.status === 'cancelled');
    expect((await house.request('/models')).body.models.map((model: any) => model.id)).not.toContain(
      'own:someone--tiny-model',
    );
    await hub.behave({});
    const before = (await hub.requests()).length;
    await house.request(`/models/downloads/${job.id}/resume`, {});
    expect(await house.jobUntil(job.id, ended)).toMatchObject({ status: 'done' });
    const later = (await hub.requests()).slice(before);
    expect(later.some((request) => /model\.safetensors bytes=[1-9]\d*-/.test(request))).toBe(true);
    expect(statSync(join(installed(), 'model.safetensors')).size).toBe(whole);
  });

  it('ask for a token where the repository is gated, and use the saved one', async () => {
    await hub.behave({ gated: [REPOSITORY] });
    expect(await plan(REPOSITORY)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect((await house.request('/models/hub-token', { token: TOKEN })).body).toEqual({
      saved: true,
      where: 'file',
    });
    expect((await plan(REPOSITORY)).body).toMatchObject({ gated: true });
    await house.request('/models/hub-token', { token: null });
    expect((await house.request('/models/hub-token')).body).toEqual({ present: false });
  });

  it('refuse repositories that ask for custom code, and leave nothing behind', async () => {
    expect((await plan('someone/custom')).body.problem).toMatchObject({ code: 'model_invalid' });
    const { body: job } = await house.request('/models/downloads', { repository: 'someone/custom' });
    const failed = await house.jobUntil(job.id, ended);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'model_invalid' } });
  });

  it.each([
    ['someone/absent', 404, 'not_found'],
    ['../../etc', 400, 'invalid_request'],
    ['no-owner', 400, 'invalid_request'],
  ])('answer %s with a typed error', async (repository, status, code) => {
    expect(await plan(repository)).toMatchObject({ status, body: { error: { code } } });
  });
});
