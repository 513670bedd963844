import { decodeText } from '#server/files/decode-text.ts';
import { readBytesSync } from '#server/files/read-text.ts';
import { AppError } from '#server/kernel/errors.ts';
import { splitLines } from '../../parsing/lines.ts';
import type { SearchResult } from '../contract.ts';
import type { ReadingPlace } from '../question.ts';
import { chunkAt } from '../ranking/chunk-store.ts';
import { type Filters, filesWithin } from '../ranking/filter.ts';
import { type FileRow, indexedFiles } from '../names/file-store.ts';
import { type FoundLine, MatchRun, type ReadFile } from './match-run.ts';
import { compilePattern, type PatternInput } from './pattern.ts';

export interface MatchesInput extends PatternInput {
  filters: Filters;
  limit: number;
  /** Milliseconds after which it stops by itself between two files. */
  budgetMs: number;
}

export interface MatchesAnswer {
  results: SearchResult[];
  truncated: boolean;
  files: { searched: number; all: number };
  /** Files on which the pattern took too long: how many, and which first. */
  slow: { files: number; paths: string[] };
  /** Every file was searched, or as many as `limit` asks for. */
  complete: boolean;
}

/** Milliseconds between looking whether anybody still waits. */
const TURN_MS = 25;
/** Bytes and milliseconds of files that are read before they are looked through. */
const BATCH_BYTES = 1_000_000;
const BATCH_MS = 10;
/** Slow files that are named. */
const MOST_NAMED = 20;
/** Bytes; the index takes smaller files only. */
const LARGEST = 5_000_000;
const LONGEST_LINE = 400;
/** Lines shown above and below. */
const AROUND = 1;

/** Searches the text of all indexed files, line by line; tells what it found meanwhile. */
export async function matches(place: ReadingPlace, input: MatchesInput): Promise<MatchesAnswer> {
  const pattern = compilePattern(input);
  const needle = needleOf(input, pattern);
  const within = filesWithin(place.index, input.filters);
  const files = indexedFiles(place.index).filter(
    ({ id, language }) => language !== 'pdf' && (!within || within.has(id)),
  );
  // What a person works on before what checks it.
  files.sort((a, b) => a.isTest - b.isTest);
  const run = new MatchRun(pattern);
  const results: SearchResult[] = [];
  const rest = files.values();
  let split: { text: string; lines: readonly string[] } = { text: '', lines: [] };
  let read = 0;
  const answer = (complete: boolean): MatchesAnswer => ({
    results: results.slice(0, input.limit),
    truncated: results.length > input.limit,
    files: { searched: read - run.waiting, all: files.length },
    slow: { files: run.slow.length, paths: run.slow.slice(0, MOST_NAMED) },
    complete,
  });
  const begin = performance.now();
  let turn = 0;
  while (read < files.length || run.waiting > 0) {
    const now = performance.now();
    if (now - begin > input.budgetMs) return answer(false);
    if (now - turn > TURN_MS) {
      place.partial(answer(false));
      if (await place.abandoned()) return answer(false);
      turn = performance.now();
    }
    if (run.waiting === 0) {
      const batch = readBatch(place.root, rest, needle);
      read += batch.files;
      run.add(batch.texts);
    }
    for (const line of run.next(input.limit + 1 - results.length)) {
      if (split.text !== line.text) split = { text: line.text, lines: splitLines(line.text) };
      const result = resultOf(place, line, split.lines);
      if (input.filters.kinds.length === 0 || input.filters.kinds.includes(result.kind)) results.push(result);
    }
    if (results.length > input.limit) return answer(true);
  }
  return answer(true);
}

/** Bytes without which a file cannot match, so that it need not be decoded. */
function needleOf({ text, isRegex }: PatternInput, pattern: RegExp): Buffer | undefined {
  return isRegex || pattern.ignoreCase ? undefined : Buffer.from(text);
}

/** The texts of the next files: as many as are read in a moment. `files`: how many that are, with those without a text. */
function readBatch(root: string, rest: Iterator<FileRow>, needle: Buffer | undefined) {
  const texts: ReadFile[] = [];
  const until = performance.now() + BATCH_MS;
  let [files, size] = [0, 0];
  while (size < BATCH_BYTES && performance.now() < until) {
    const { value: file, done } = rest.next();
    if (done) break;
    files += 1;
    const read = readFile(root, file.path, needle);
    if (read === undefined) continue;
    texts.push({ file, ...read });
    size += read.text.length;
  }
  return { texts, files };
}

/** The text of a file and its hash; undefined when it is gone, is no text any more or does not hold `needle`. */
function readFile(
  root: string,
  path: string,
  needle: Buffer | undefined,
): { text: string; hash: string } | undefined {
  const file = readOrNothing(root, path);
  if (file === undefined || 'reason' in file) return undefined;
  const { data, hash } = file;
  // With zeros between it may be UTF-16, where the letters lie apart.
  if (needle && !data.includes(needle) && !data.includes(0)) return undefined;
  const text = decodeText(data)?.text;
  return text === undefined ? undefined : { text, hash };
}

function readOrNothing(root: string, path: string): ReturnType<typeof readBytesSync> | undefined {
  try {
    return readBytesSync(root, path, { limit: LARGEST });
  } catch (error) {
    // Gone or turned into a link since it was indexed.
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function resultOf(
  { index }: ReadingPlace,
  { file: { path, language, hash: indexed }, hash, match }: FoundLine,
  lines: readonly string[],
): SearchResult {
  const chunk = chunkAt(index, path, match.line);
  const first = Math.max(1, match.line - AROUND);
  const shown = lines.slice(first - 1, match.line + AROUND);
  return {
    ...{ path, line: match.line, end_line: match.line, language, kind: chunk?.kind ?? 'window' },
    ...{
      name: chunk?.name ?? null,
      container: chunk?.container ?? null,
      signature: chunk?.signature ?? null,
    },
    snippet: {
      line: first,
      text: shown.map((line) => line.slice(0, LONGEST_LINE)).join('\n'),
      highlights: match.ranges
        .filter(({ from }) => from < LONGEST_LINE)
        .map(({ from, to }) => ({ line: match.line, from, to: Math.min(to, LONGEST_LINE) })),
    },
    score: 1,
    why: { lexical: 0, meaning: null, symbol: 0, path: 0, boosts: [], chief: 'exact' },
    changed: indexed !== null && indexed !== hash,
  };
}
