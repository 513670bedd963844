import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '#server/kernel/config.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { JobKind } from '#server/kernel/jobs.ts';
import { callHub, HubPlan, readHubConfig } from './hub.ts';
import { type ModelConfig, refuseConfig, shapeOf } from './judge.ts';
import type { DownloadPlan } from './contract.ts';
import { ENGINE_BYTES, kvBytesPerToken, RESERVED_TOKENS } from './weigh.ts';

export const DOWNLOAD = 'model.download';

const DownloadInput = z.object({ repository: z.string(), revision: z.string().nullable() });
type DownloadInput = z.infer<typeof DownloadInput>;

export interface DownloadsParts {
  config: Config;
  budgetBytes(): number;
  /** The access token, when one was saved. */
  token(): Promise<string | null>;
  record(request: { host: string; path: string; received: number }): void;
  /** A new model directory is complete. */
  onInstalled(): Promise<void>;
}

export interface Downloads {
  /** Asks the Hub what a download would bring; nothing is fetched but config.json. */
  plan(repository: string, revision: string | null, signal: AbortSignal): Promise<DownloadPlan>;
  job: JobKind<DownloadInput>;
}

export function createDownloads(parts: DownloadsParts): Downloads {
  return {
    plan: async (repository, revision, signal) => {
      const plan = await askPlan(parts, { repository, revision }, signal);
      return describePlan(parts, repository, plan);
    },
    job: {
      kind: DOWNLOAD,
      unit: 'bytes',
      parse: (input) => DownloadInput.parse(input),
      async run({ input, checkpoint, signal, progress, saveCheckpoint }) {
        // The plan is kept, so that a resumed download fetches the revision it began with.
        const kept = HubPlan.safeParse(checkpoint);
        const plan = kept.success ? kept.data : await askPlan(parts, input, signal);
        saveCheckpoint(plan);
        refusePlan(plan);
        const folders = await prepareFolders(parts.config, input.repository, plan.revision);
        await callHub({
          config: parts.config,
          signal,
          request: {
            command: 'download',
            repository: input.repository,
            revision: plan.revision,
            token: await parts.token(),
            files: plan.files,
            ...folders,
          },
          onProgress: ({ done, total }) => progress(done, total),
          onRequest: parts.record,
        });
        await parts.onInstalled();
        return { path: folders.destination };
      },
    },
  };
}

async function askPlan(parts: DownloadsParts, input: DownloadInput, signal: AbortSignal): Promise<HubPlan> {
  const answer = await callHub({
    config: parts.config,
    signal,
    request: { command: 'plan', ...input, token: await parts.token() },
    onRequest: parts.record,
  });
  if (answer.event !== 'plan')
    throw new AppError('upstream_failed', 'The Hub did not describe the repository.');
  return answer;
}

/** Folder of a finished download; `--` stands for the slash, which no repository name can hold twice in a row. */
export function folderOf(config: Config, repository: string): string {
  return join(config.home, 'models', repository.replace('/', '--'));
}

async function prepareFolders(config: Config, repository: string, revision: string) {
  const destination = folderOf(config, repository);
  const partial = join(
    config.home,
    'models',
    '.partial',
    `${repository.replace('/', '--')}@${revision.slice(0, 40)}`,
  );
  await mkdir(partial, { recursive: true, mode: 0o700 });
  return { partial, destination };
}

async function describePlan(parts: DownloadsParts, repository: string, plan: HubPlan): Promise<DownloadPlan> {
  const folder = join(parts.config.home, 'models');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  const total = plan.files.reduce((sum, file) => sum + file.size, 0);
  const memory = estimateMemory(plan);
  return {
    repository,
    revision: plan.revision,
    files: plan.files.map((file) => ({ path: file.path, size_bytes: file.size })),
    skipped: plan.skipped,
    total_bytes: total,
    free_disk_bytes: free,
    memory_bytes: memory,
    fits_disk: total <= free,
    fits_memory: memory === null ? null : memory <= parts.budgetBytes(),
    gated: plan.gated,
    problem: problemOf(plan),
  };
}

function estimateMemory(plan: HubPlan): number | null {
  const config = readHubConfig(plan);
  if (config === null) return null;
  const weights = plan.files.filter((file) => file.path.endsWith('.safetensors'));
  const bytes = weights.reduce((sum, file) => sum + file.size, 0);
  return bytes + RESERVED_TOKENS * kvBytesPerToken(shapeOf(config), 2) + ENGINE_BYTES;
}

function refusePlan(plan: HubPlan): void {
  const problem = problemOf(plan);
  if (problem !== null) throw problem;
}

function problemOf(plan: HubPlan): AppError | null {
  const config: ModelConfig | null = readHubConfig(plan);
  if (config === null)
    return new AppError('model_invalid', 'Its config.json does not describe a language model.');
  try {
    refuseConfig(config);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
