// 50,000 vectors of 384 numbers: the nearest hundred, how many of the exact nearest fifty are among them, what writing costs,
// memory, and how long the event loop stands still.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { seeded } from '../../server/features/compare/statistics/testing/simulated-voters.ts';
import { createVectorCalls } from '../../server/features/retrieval/vector-calls.ts';

const ROWS = 50_000;
const AT_ONCE = 500;
const DIMENSIONS = 384;
const QUESTIONS = 100;
const EXACT = 50;
const owner = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const facts = { embedderId: 'bench', modelHash: 'a', dimensions: DIMENSIONS, chunker: 1 };

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
const random = seeded(7);
const calls = createVectorCalls(home);
const delay = monitorEventLoopDelay({ resolution: 2 });
const megabytes = () => process.memoryUsage().rss / 2 ** 20;
// Written to at once, so that it is not taken for what LanceDB holds.
const all = new Float32Array(ROWS * DIMENSIONS).fill(1);
const before = megabytes();
delay.enable();

try {
  const writing = performance.now();
  for (let from = 0; from < ROWS; from += AT_ONCE) {
    const hashes = Array.from({ length: AT_ONCE }, (_, at) => nameOf(from + at));
    const vectors = new Float32Array(AT_ONCE * DIMENSIONS);
    for (let at = 0; at < AT_ONCE; at += 1) vectors.set(unit(), at * DIMENSIONS);
    all.set(vectors, from * DIMENSIONS);
    await calls.call('add', { owner, facts, hashes, vectors });
  }
  await calls.call('complete', { owner, facts });
  const written = performance.now() - writing;
  await calls.call('tidy', { owner, facts });
  console.log(`after writing ${megabytes().toFixed(0)} MB`);
  console.log(`${ROWS} vectors written in ${(written / 1000).toFixed(1)} s`);
  const times: number[] = [];
  const answers: { vector: Float32Array; names: Set<string> }[] = [];
  for (let question = 0; question < QUESTIONS; question += 1) {
    const vector = unit();
    const begin = performance.now();
    const hits = await calls.call('nearest', { owner, vector, limit: 100 });
    times.push(performance.now() - begin);
    answers.push({ vector, names: new Set(hits.map(({ textHash }) => textHash)) });
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * QUESTIONS)] ?? 0).toFixed(1);
  console.log(`nearest 100 of ${ROWS}: ${at(0.5)} ms p50, ${at(0.95)} ms p95`);
  console.log(
    `event loop delay: ${(delay.percentile(99) / 1e6).toFixed(1)} ms p99, ${(delay.max / 1e6).toFixed(1)} ms max`,
  );
  console.log(
    `resident memory grew by ${(megabytes() - before).toFixed(0)} MB to ${megabytes().toFixed(0)} MB`,
  );
  const found = answers.map(
    ({ vector, names }) => exactly(vector, EXACT).filter((row) => names.has(nameOf(row))).length,
  );
  const sum = found.reduce((total, count) => total + count, 0);
  console.log(`recall@${EXACT}: ${(sum / QUESTIONS / EXACT).toFixed(3)}`);
} finally {
  await calls.stop();
  rmSync(home, { recursive: true, force: true });
}

function nameOf(row: number): string {
  return `${row}`.padStart(64, '0');
}

/** The nearest rows, by looking at all of them. */
function exactly(vector: Float32Array, count: number): number[] {
  const alike = Float32Array.from({ length: ROWS }, (_, row) => {
    let sum = 0;
    for (let at = 0; at < DIMENSIONS; at += 1) sum += (vector[at] ?? 0) * (all[row * DIMENSIONS + at] ?? 0);
    return sum;
  });
  return Array.from({ length: ROWS }, (_, row) => row)
    .sort((a, b) => (alike[b] ?? 0) - (alike[a] ?? 0))
    .slice(0, count);
}

function unit(): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
