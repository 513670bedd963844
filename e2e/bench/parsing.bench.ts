// What each stage of reading a file costs on one thread, over the Python standard library and the declarations of
// npm packages: lines a second of processor time, which other work on the machine hardly touches, best of the rounds.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createParser } from '../../server/features/retrieval/parsing/parser.ts';
import { shapeOf } from '../../server/features/retrieval/parsing/shape.ts';
import { splitWords } from '../../server/features/retrieval/parsing/split-words.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MOST_FILES = 600;

const root = join(import.meta.dirname, '../..');
const library = execFileSync(join(root, '.venv/bin/python'), [
  '-c',
  'import sysconfig; print(sysconfig.get_path("stdlib"))',
])
  .toString()
  .trim();

await measure('python', library, '**/*.py');
await measure('typescript', join(root, 'node_modules/@types'), '**/*.d.ts');
await measure('typescript', join(root, 'server'), '**/*.ts');

async function measure(language: string, folder: string, pattern: string): Promise<void> {
  const exclude = (path: string) => path.includes('site-packages');
  const paths = globSync(pattern, { cwd: folder, exclude }).slice(0, MOST_FILES);
  const texts = paths.map((path) => readFileSync(join(folder, path), 'utf8'));
  const parser = await createParser();
  const best = {
    parse: Number.POSITIVE_INFINITY,
    split: Number.POSITIVE_INFINITY,
    shape: Number.POSITIVE_INFINITY,
  };
  let counts = { lines: 0, chunks: 0, symbols: 0, references: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const taken = { parse: 0, split: 0, shape: 0 };
    counts = { lines: 0, chunks: 0, symbols: 0, references: 0 };
    for (const [index, text] of texts.entries()) {
      const start = processorTime();
      const { chunks, symbols, references } = await parser.parse({
        path: paths[index] ?? '',
        text,
        language,
      });
      const parsed = processorTime();
      for (const chunk of chunks) splitWords(chunk.text);
      const split = processorTime();
      for (const chunk of chunks) shapeOf(chunk.text);
      taken.parse += parsed - start;
      taken.split += split - parsed;
      taken.shape += processorTime() - split;
      counts.lines += text.split('\n').length;
      counts.chunks += chunks.length;
      counts.symbols += symbols.length;
      counts.references += references.length;
    }
    for (const stage of ['parse', 'split', 'shape'] as const)
      best[stage] = Math.min(best[stage], taken[stage]);
  }
  parser.close();
  const rate = (ms: number) => Math.round((counts.lines / ms) * 1000);
  console.log(`${language} of ${folder.replace(`${root}/`, '')}: ${JSON.stringify(counts)}`);
  for (const stage of ['parse', 'split', 'shape'] as const) {
    console.log(`  ${stage.padEnd(6)} ${rate(best[stage])} lines/s`);
  }
  console.log(
    `  all    ${rate(best.parse + best.split + best.shape)} lines/s (>= 60000 with what SQLite takes)`,
  );
}

/** Milliseconds of processor time of this process. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
