import type { SearchResult, Why } from '../contract.ts';
import type { Query } from '../query/query.ts';
import type { FileLines } from '../text/file-text.ts';
import { snippetOf, type StemWeights } from '../text/snippet.ts';
import type { Boost } from './boosts.ts';
import type { ChunkRow } from './chunk-store.ts';
import type { Evidence } from './fuse.ts';
import type { Ranked } from './rank.ts';

/** What says less of a question has words of it by chance: this keeps 96 % of the questions of E1, and 2 of 20 about other things. */
const LEAST_SAID = 0.3;

interface Shown {
  file: FileLines;
  stems: StemWeights;
  query: Query;
  /** Score of the first result. */
  best: number;
}

/** A result as a person sees it: its lines as they are on the disk, and why it is there. */
export function present(
  { chunk, evidence, boosts, score }: Ranked,
  { file, stems, query, best }: Shown,
): SearchResult {
  const { path, line, endLine, language, kind, name, container, signature } = chunk;
  const chief = chiefOf(evidence, boosts, { query, isTest: chunk.isTest !== 0 });
  return {
    ...{ path, line, end_line: endLine, language, kind, name, container, signature },
    snippet: snippetOf({ lines: file.lines, line, endLine }, stems),
    score: best > 0 ? score / best : 0,
    why: { ...evidence, boosts, chief },
    changed: chunk.hash !== null && chunk.hash !== file.hash,
  };
}

/** Header and lines of a chunk. */
export function textOf({ header, line, endLine }: ChunkRow, { lines }: FileLines): string[] {
  return [header, ...lines.slice(line - 1, endLine)];
}

/**
 * Whether a result has enough of the query to be called found. `said`: share of what the query tells, 0 to 1;
 * `isNear`: the nearest vector is near indeed, and not merely nearer than others.
 */
export function isRelevant(
  { said, isNear, result: { why } }: { said: number; isNear: boolean; result: SearchResult },
  { kind }: Query,
): boolean {
  if (why.symbol > 0.5 || why.path > 0.3 || (isNear && (why.meaning ?? 0) > 0.5)) return true;
  return kind !== 'path' && said >= LEAST_SAID;
}

function chiefOf(
  { lexical, meaning, symbol, path }: Evidence,
  boosts: readonly Boost[],
  { query, isTest }: { query: Query; isTest: boolean },
): Why['chief'] {
  if (boosts.some(({ rule }) => rule.startsWith('defines ')) || symbol >= 0.9) return 'defines';
  if (path > 0.5) return 'path';
  if (isTest && query.aboutTests) return 'test';
  return meaning !== null && meaning > lexical ? 'meaning' : 'words';
}
