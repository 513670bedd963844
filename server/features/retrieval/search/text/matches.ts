import { decodeText } from '#server/files/decode-text.ts';
import { readBytesSync } from '#server/files/read-text.ts';
import { AppError } from '#server/kernel/errors.ts';
import { splitLines } from '../../parsing/lines.ts';
import type { SearchResult } from '../contract.ts';
import type { ReadingPlace } from '../question.ts';
import { chunkAt } from '../ranking/chunk-store.ts';
import { type Filters, filesWithin } from '../ranking/filter.ts';
import { type FileRow, indexedFiles } from '../names/file-store.ts';
import { type LineMatch, lineMatches } from './line-matches.ts';
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
  /** Every file was searched, or as many as `limit` asks for. */
  complete: boolean;
}

/** Milliseconds between looking whether anybody still waits. */
const TURN_MS = 25;
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
  const results: SearchResult[] = [];
  const answer = (searched: number, complete: boolean): MatchesAnswer => ({
    results: results.slice(0, input.limit),
    truncated: results.length > input.limit,
    files: { searched, all: files.length },
    complete,
  });
  const begin = performance.now();
  let turn = begin;
  for (const [searched, file] of files.entries()) {
    const now = performance.now();
    if (now - begin > input.budgetMs) return answer(searched, false);
    if (now - turn > TURN_MS || searched === 0) {
      place.partial(answer(searched, false));
      if (await place.abandoned()) return answer(searched, false);
      turn = performance.now();
    }
    const read = readFile(place.root, file.path, needle);
    if (read === undefined) continue;
    let lines: string[] | undefined;
    for (const match of lineMatches(read.text, pattern)) {
      lines ??= splitLines(read.text);
      const result = resultOf(place, file, { lines, hash: read.hash, match });
      if (input.filters.kinds.length === 0 || input.filters.kinds.includes(result.kind)) results.push(result);
      if (results.length > input.limit) return answer(searched, true);
    }
  }
  return answer(files.length, true);
}

/** Bytes without which a file cannot match, so that it need not be decoded. */
function needleOf({ text, isRegex }: PatternInput, pattern: RegExp): Buffer | undefined {
  return isRegex || pattern.ignoreCase ? undefined : Buffer.from(text);
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
  { path, language, hash: indexed }: FileRow,
  { lines, hash, match }: { lines: readonly string[]; hash: string; match: LineMatch },
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
