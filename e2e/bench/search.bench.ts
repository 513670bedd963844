// Searches of 50,000 chunks and of a million lines, through the thread that answers them: how long one takes. The
// sources are this checkout's packages. Vectors of chunks are random ones of 384 numbers; those of queries are random too
// where only the search is measured, and made by the built-in embedder where it is measured from words to results.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { seeded } from '../../server/features/compare/statistics/testing/simulated-voters.ts';
import { createIndexReader } from '../../server/features/retrieval/search/index-reader.ts';
import { createSearch, type SearchRequest } from '../../server/features/retrieval/search/search.ts';
import { splitWords } from '../../server/features/retrieval/parsing/split-words.ts';
import { createVectorCalls } from '../../server/features/retrieval/vector-calls.ts';
import { builtInEmbedder } from '../../server/features/retrieval/testing/open-vectors.ts';
import type { VectorSearch } from '../../server/features/retrieval/search/vector-search.ts';
import { createEmbeddings } from '../../server/generation/embeddings.ts';
import { createLog } from '../../server/kernel/log.ts';
import { openTestEngines } from '../../server/worker/testing/engines.ts';
import { indexSources } from './search-corpus.ts';

const CHUNKS = Number(process.env['BENCH_CHUNKS'] ?? 50_000);
const LINES = Number(process.env['BENCH_LINES'] ?? 1_000_000);
const QUERIES = 400;
const WARM_UP = 40;
const DIMENSIONS = 384;
const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const LARGE = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
const FILTERS: SearchRequest['filters'] = { languages: [], paths: [], kinds: [] };
const facts = { embedderId: 'bench', modelHash: 'bench', dimensions: DIMENSIONS, chunker: 1 };

const root = join(import.meta.dirname, '../../node_modules');
const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
const paths: Record<string, string> = { [ID]: join(home, 'a.sqlite'), [LARGE]: join(home, 'b.sqlite') };
const reader = createIndexReader({
  log: createLog({ level: 'error' }),
  pathOf: (id) => paths[id] ?? '',
  rootOf: () => root,
});
const vectors = createVectorCalls(join(home, 'vectors'));
const { signal } = new AbortController();
const random = seeded(5);

try {
  const corpus = await indexSources({ root, path: paths[ID] ?? '' }, { chunks: CHUNKS });
  console.log(`${corpus.chunks} chunks of ${corpus.files} files, ${corpus.lines} lines`);
  const queries = chooseQueries(paths[ID] ?? '');
  await measureQueries(queries);
  await measureNames();
  const large = await indexSources({ root, path: paths[LARGE] ?? '' }, { lines: LINES });
  console.log(`${large.lines} lines of ${large.files} files`);
  await measureText();
} finally {
  await reader.close();
  await vectors.stop();
  rmSync(home, { recursive: true, force: true });
}

/** Names, their words, and sentences of four words from chunks all over the index. */
function chooseQueries(path: string): { words: string[]; prose: string[] } {
  const index = new BetterSqlite3(path, { readonly: true });
  const names = index
    .prepare<[number], string>(
      'select name from chunks where length(name) > 6 order by id * 7919 % 10007 limit ?',
    )
    .pluck()
    .all(QUERIES * 4);
  index.close();
  const wordsAt = (at: number) => splitWords(names[at % names.length] ?? '').split(' ');
  const words = Array.from({ length: QUERIES }, (_, at) =>
    at % 2 === 0 ? (names[at] ?? '') : wordsAt(at).slice(0, 3).join(' '),
  );
  const prose = Array.from(
    { length: QUERIES },
    (_, at) => `where is the ${wordsAt(at).join(' ')} of the ${wordsAt(at + QUERIES).join(' ')} made`,
  );
  return { words, prose };
}

async function measureQueries({ words, prose }: { words: string[]; prose: string[] }): Promise<void> {
  const lexical = createSearch({ reader });
  const ask = (search: typeof lexical) => (query: string) =>
    search.search(ID, { query, mode: 'all', filters: FILTERS, limit: 20 }, signal);
  report('names and words', await timed(words, ask(lexical)), 25);
  report('questions', await timed(prose, ask(lexical)), 25);
  await fillVectors();
  const hybrid = (embedQuery: VectorSearch['embedQuery']) =>
    createSearch({
      reader,
      vectors: {
        isReady: () => true,
        embedQuery,
        nearest: (owner, vector, limit) =>
          vectors.call('nearest', { owner, vector: Float32Array.from(vector), limit }),
        vectorsOf: async () => new Map(),
        weight: () => 0.2,
      },
    });
  const anyVector = async () => Array.from(randomVector());
  report('questions with vectors', await timed(prose, ask(hybrid(anyVector))), 60);
  await withEmbedder(async (embedQuery) => {
    report('questions with vectors, from words to results', await timed(prose, ask(hybrid(embedQuery))), 60);
  });
}

/** The built-in embedder on an engine of its own. */
async function withEmbedder(work: (embedQuery: VectorSearch['embedQuery']) => Promise<void>): Promise<void> {
  const model = builtInEmbedder();
  const engines = openTestEngines();
  const embeddings = createEmbeddings(engines.pool);
  try {
    await embeddings.embed(model, ['loads the model']);
    await work(async (text, stop) => {
      const { vectors } = await embeddings.embed(model, [text], { kind: 'query', signal: stop });
      return vectors[0] ?? null;
    });
  } finally {
    await engines.close();
  }
}

async function measureNames(): Promise<void> {
  const names = ['getUser', 'gun', 'parse', 'createServer', 'rdStr', 'x', 'toString', 'mkdirp'];
  const limit = 30;
  report(
    'symbols as they are typed',
    await timed(repeat(names), (query) => reader.ask('symbols', ID, { query, limit })),
    60,
  );
  report(
    'files as they are typed',
    await timed(repeat(names), (query) => reader.ask('files', ID, { query, limit })),
    60,
  );
  report(
    'references',
    await timed(repeat(names), (name) => reader.ask('references', ID, { name, limit: 200 })),
    60,
  );
  const begin = performance.now();
  const { groups } = await reader.ask('duplicates', ID, { minLines: 6 }, { deadlineMs: 60_000 });
  console.log(`duplicates: ${groups.length} groups in ${(performance.now() - begin).toFixed(0)} ms`);
}

async function measureText(): Promise<void> {
  const search = createSearch({ reader });
  const ask = (query: string, mode: 'exact' | 'regex') => () =>
    search.search(LARGE, { query, mode, filters: FILTERS, limit: 100 }, signal);
  for (const [query, mode] of [
    ['this text is nowhere', 'exact'],
    ['This Text Is Nowhere', 'exact'],
    [String.raw`\bnowhere_[a-z]+\(\d{7}\)`, 'regex'],
    [String.raw`^\s*export default function \w+Nowhere`, 'regex'],
  ] as const) {
    const answer = await ask(query, mode)();
    report(`${mode} ${query}`, await timed(repeat([query], 7), ask(query, mode)), 2000);
    if (answer.note) console.log(`  ${answer.note}`);
  }
}

async function fillVectors(): Promise<void> {
  const index = new BetterSqlite3(paths[ID] ?? '', { readonly: true });
  const hashes = index.prepare<[], string>('select distinct text_hash from chunks').pluck().all();
  index.close();
  for (let from = 0; from < hashes.length; from += 5000) {
    const some = hashes.slice(from, from + 5000);
    const numbers = new Float32Array(some.length * DIMENSIONS);
    for (const at of some.keys()) numbers.set(randomVector(), at * DIMENSIONS);
    await vectors.call('add', { owner: ID, facts, hashes: some, vectors: numbers });
  }
  await vectors.call('complete', { owner: ID, facts });
  await vectors.call('tidy', { owner: ID, facts });
}

function randomVector(): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function repeat(texts: readonly string[], times = 10): string[] {
  return Array.from({ length: times }, () => texts).flat();
}

interface Timed {
  /** Milliseconds of each, in order of size. */
  times: number[];
  /** Milliseconds of processor time of this process for one: less shaken by what else the machine does. */
  processor: number;
}

async function timed(queries: readonly string[], ask: (query: string) => Promise<unknown>): Promise<Timed> {
  for (const query of queries.slice(0, WARM_UP)) await ask(query);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (const query of queries) {
    const begin = performance.now();
    await ask(query);
    times.push(performance.now() - begin);
  }
  const { user, system } = process.cpuUsage(before);
  return { times: times.sort((a, b) => a - b), processor: (user + system) / 1000 / queries.length };
}

function report(what: string, { times, processor }: Timed, bar: number): void {
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1);
  const [load, used] = [loadavg()[0]?.toFixed(1), processor.toFixed(1)];
  console.log(
    `${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (bar: ${bar} ms), processor ${used} ms, ${times.length} queries, load ${load}`,
  );
}
