import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '#server/kernel/config.ts';
import { AppError, ERROR_CODES } from '#server/kernel/errors.ts';
import { spawnProcess } from '#server/kernel/spawn.ts';
import { ModelConfig } from './judge.ts';

const PlannedFile = z.object({
  path: z.string(),
  size: z.int().min(0),
  sha256: z.string().nullable(),
  git_oid: z.string().nullable(),
});

export const HubPlan = z.object({
  event: z.literal('plan'),
  revision: z.string(),
  gated: z.boolean(),
  files: z.array(PlannedFile),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  config: z.record(z.string(), z.unknown()),
});
export type HubPlan = z.infer<typeof HubPlan>;

const HubLine = z.discriminatedUnion('event', [
  HubPlan,
  z.object({ event: z.literal('progress'), done: z.number(), total: z.number(), fetched: z.number() }),
  z.object({ event: z.literal('request'), host: z.string(), path: z.string(), received: z.number() }),
  z.object({ event: z.literal('done') }),
  z.object({ event: z.literal('error'), code: z.enum(ERROR_CODES), message: z.string() }),
]);
type HubLine = z.infer<typeof HubLine>;

export interface HubRequest {
  command: 'plan' | 'download';
  repository: string;
  revision: string | null;
  token: string | null;
  files?: z.infer<typeof PlannedFile>[];
  /** Folder for unfinished files, and where the finished folder goes. */
  partial?: string;
  destination?: string;
}

interface HubCall {
  config: Config;
  request: HubRequest;
  signal: AbortSignal;
  onProgress?(progress: { done: number; total: number; fetched: number }): void;
  /** Every request the process made, for the egress ledger. */
  onRequest(request: { host: string; path: string; received: number }): void;
}

/**
 * Runs `python -m hub` for one request and returns its last line. The token travels on stdin, never in
 * arguments or the environment. Errors: what the process reports; `timeout` or abort ends it.
 */
export async function callHub(call: HubCall): Promise<HubLine> {
  const { config, request, signal } = call;
  signal.throwIfAborted();
  const child = spawnProcess({
    command: config.python,
    args: ['-m', 'hub'],
    cwd: join(config.root, 'python'),
    env: { ...config.inherited, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
    stdin: 'pipe',
    signal,
    killSignal: 'SIGKILL',
  });
  const exit = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin?.write(`${JSON.stringify({ ...request, endpoint: config.hubUrl ?? null })}\n`);
  const complaints: string[] = [];
  child.stderr?.on('data', (piece: Buffer) => complaints.push(piece.toString('utf8').slice(0, 2000)));
  const last = await readLines(child.stdout, call);
  await exit;
  signal.throwIfAborted();
  if (last === undefined) throw silent(complaints);
  if (last.event === 'error') throw new AppError(last.code, last.message);
  return last;
}

async function readLines(stdout: NodeJS.ReadableStream | null, call: HubCall): Promise<HubLine | undefined> {
  if (stdout === null) return undefined;
  let last: HubLine | undefined;
  for await (const line of createInterface({ input: stdout })) {
    const parsed = HubLine.safeParse(parseJson(line));
    if (!parsed.success) continue;
    if (parsed.data.event === 'progress') call.onProgress?.(parsed.data);
    else if (parsed.data.event === 'request') call.onRequest(parsed.data);
    else last = parsed.data;
  }
  return last;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function silent(complaints: readonly string[]): AppError {
  const reason = complaints.join('').trim().split('\n').at(-1) ?? '';
  return new AppError('upstream_failed', `The download process ended without an answer. ${reason}`.trim());
}

/** The part of the repository's config.json that says whether and how it can run. */
export function readHubConfig(plan: HubPlan): ModelConfig | null {
  const parsed = ModelConfig.safeParse(plan.config);
  return parsed.success ? parsed.data : null;
}
