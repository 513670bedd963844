import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '#server/kernel/config.ts';
import { createLog, type Log } from '#server/kernel/log.ts';
import { createEnginePool, type EnginePool, type EnginePoolOptions, type LoadSpec } from '../pool.ts';
import { Sampling } from '../protocol.ts';

const root = resolve(import.meta.dirname, '../../..');

/** The built-in model. */
export const guide: LoadSpec = {
  id: 'guide',
  path: join(root, 'python/guide/models/guide'),
  memoryBytes: null,
};
/** Its small sister, with the same tokenizer. */
export const guideSmall: LoadSpec = {
  id: 'guide-small',
  path: join(root, 'python/guide/models/guide-small'),
  memoryBytes: null,
};

/** One of the guide's own topics, with one of its longer answers. */
export const question = 'Show a table of the keyboard shortcuts';

/**
 * Its longest answer: 831 tokens, each of them likelier than the next by 3.4 nats or more, so that last bits, which
 * differ between machines and between a prefilled and a decoded beginning, change none.
 */
export const longQuestion = 'Give me a tour of MLX Code';

export interface TestEngines {
  pool: EnginePool;
  home: string;
  log: Log;
  /** Where engines connect. */
  socketPath: string;
  close(): Promise<void>;
}

type Changes = Partial<EnginePoolOptions['config']> & Pick<EnginePoolOptions, 'limits'>;

/** A real engine pool in a temporary home; `close` ends its engines and removes the home. */
export function openTestEngines({ limits, ...changes }: Changes = {}): TestEngines {
  const home = mkdtempSync(join(tmpdir(), 'mlx-code-engines-'));
  const config = { ...readConfig({ args: ['--home', home] }), ...changes };
  const log = createLog({ level: 'debug' });
  const pool = createEnginePool({ config, log, ...(limits ? { limits } : {}) });
  return {
    pool,
    home,
    log,
    socketPath: join(home, 'run', 'engines.sock'),
    async close() {
      await pool.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Greedy, unless told otherwise. */
export function sampling(changes: Partial<Sampling> = {}): Sampling {
  return Sampling.parse({ max_tokens: 64, ...changes });
}

/** Hot enough that no end token comes for a long time. What is compared token for token is greedy: `longQuestion`. */
export const endless = sampling({ temperature: 5, seed: 7, max_tokens: 1_500 });

/** The process of a resident model. */
export function pidOf(pool: EnginePool, modelId: string): number {
  const pid = pool.list().find((resident) => resident.modelId === modelId)?.pid;
  if (!pid) throw new Error(`${modelId} has no process`);
  return pid;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves once `holds` does, looked at after every change in the pool. */
export async function untilPool(pool: EnginePool, holds: () => boolean): Promise<void> {
  if (holds()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = pool.onChange(() => {
    if (holds()) resolve();
  });
  await promise;
  stop();
}
