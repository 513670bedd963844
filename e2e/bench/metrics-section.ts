// What measuring costs: decode speed with the metrics room at work and watched (ten samples a second) over the same without
// the room. One engine, short rounds in turn; for python/bench/versus.py.
//   node e2e/bench/metrics-section.ts [ROUNDS]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../db/client.ts';
import type { FeatureContext } from '../../server/feature.ts';
import type { MetricsEvents } from '../../server/features/metrics/contract.ts';
import { metricsFeature } from '../../server/features/metrics/metrics.ts';
import { createActivity } from '../../server/generation/activity.ts';
import type { GenerationResult, Generations } from '../../server/generation/generation.ts';
import { createGenerations } from '../../server/generation/generations.ts';
import { readConfig } from '../../server/kernel/config.ts';
import { createHooks } from '../../server/kernel/hooks.ts';
import { createLog } from '../../server/kernel/log.ts';
import { createEnginePool } from '../../server/worker/pool.ts';
import { Sampling } from '../../server/worker/protocol.ts';
import { median, report } from './figure.ts';

const root = join(import.meta.dirname, '../..');
const path = join(root, 'python/guide/models/guide');
const guide = {
  id: 'guide',
  name: 'Guide',
  path,
  quantization: null,
  contextWindow: 4_096,
  memoryBytes: null,
  builtIn: true,
};
const TOKENS = 300;
const WARM_UP = 2;
const rounds = Number(process.argv[2] ?? 30);

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
const config = readConfig({ args: ['--home', home] });
const log = createLog({ level: 'warn' });
const database = openDatabase(join(home, 'bench.sqlite'));
const engines = createEnginePool({ config, log });
try {
  await compare();
} finally {
  await engines.close();
  database.close();
  rmSync(home, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const hooks = createHooks();
  hooks.register('modelSource', { find: async () => guide });
  const activity = createActivity(engines);
  const generations = createGenerations({ engines, hooks, activity, log });
  let samples = 0;
  const events = { listeners: () => 1, emit: () => void (samples += 1) };
  // The room uses these four alone; the rest of the house is not built for it.
  const context = { activity, events, database, log } as unknown as FeatureContext<MetricsEvents>;
  const ratios: number[] = [];
  const rates: { measured: number[]; alone: number[] } = { measured: [], alone: [] };
  let seconds = 0;
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const measured = async () => {
      const room = metricsFeature.setup(context);
      await room.start?.();
      const rate = await decode(generations, round);
      await room.stop?.();
      return rate;
    };
    const alone = () => decode(generations, round);
    // In turn first: whatever else the machine does then hits both alike.
    const first = round % 2 === 0 ? await measured() : await alone();
    const second = round % 2 === 0 ? await alone() : await measured();
    if (round < 0) {
      samples = 0;
      continue;
    }
    const [with_, without] = round % 2 === 0 ? [first, second] : [second, first];
    rates.measured.push(with_);
    rates.alone.push(without);
    ratios.push(with_ / without);
    seconds += TOKENS / with_;
  }
  report({
    name: `decode with metrics (${(samples / seconds).toFixed(0)} samples a second), over without`,
    ours: `${median(rates.measured).toFixed(0)} tok/s`,
    theirs: `${median(rates.alone).toFixed(0)} tok/s`,
    value: median(ratios),
    bar: 0.99,
    side: 'at least',
  });
}

/** Tokens per second of one answer, as the engine counts. */
function decode(generations: Generations, round: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const nothing = () => undefined;
  const finished = ({ error, usage, timings }: GenerationResult) => {
    if (error) reject(new Error(error.message));
    else if (usage.completion_tokens < TOKENS / 2) reject(new Error('the answer ended too soon to be timed'));
    else resolve(timings.tokens_per_second);
  };
  const sink = { admitted: nothing, state: nothing, delta: nothing, journal: nothing, interrupted: nothing };
  generations.start(
    {
      id: `round-${round}-${performance.now()}`,
      modelId: guide.id,
      messages: [{ role: 'user', content: 'What is MLX Code?' }],
      // Hot enough that no end token comes for a long time; a decode step costs the same.
      sampling: Sampling.parse({ temperature: 5, max_tokens: TOKENS, seed: 7 }),
      resume: null,
    },
    { ...sink, finished },
  );
  return promise;
}
