import type { Why } from '../contract.ts';
import type { Query } from '../query/query.ts';
import { coverage } from '../words/stems.ts';
import type { ChunkRow } from './chunk-store.ts';
import type { Candidate } from './gather.ts';

export type Boost = Why['boosts'][number];

/** Factors of the ranking rules: tuned on the tuning part of E1, those of tests and definitions as in published work. */
const DEFINES = 2;
const NAME = 0.3;
const CLASS = 0.1;
const FILE = 0.05;
const TEST = 0.3;
/** Of each of the next three chunks of the same file, over the best one. */
const COHERENCE = 0.05;
const CLEARLY_DEFINES = 0.85;

/** What moves a chunk for what it is. */
export function boostsOf(
  chunk: ChunkRow,
  candidate: Candidate | undefined,
  { query, stems, testsWanted }: { query: Query; stems: ReadonlySet<string>; testsWanted: boolean },
): Boost[] {
  const boosts: Boost[] = [];
  const add = (rule: string, factor: number) => {
    if (factor !== 1) boosts.push({ rule, factor });
  };
  const isNamed = query.kind === 'symbol' || query.kind === 'words';
  if (candidate && candidate.symbol >= CLEARLY_DEFINES && chunk.name === candidate.defines && isNamed) {
    add(`defines ${candidate.defines}`, DEFINES);
  }
  add('name matches', 1 + NAME * coverage(chunk.name, stems));
  add('class matches', 1 + CLASS * coverage(chunk.container, stems));
  add('file name matches', 1 + FILE * coverage(stemOfPath(chunk.path), stems));
  if (chunk.isTest !== 0 && !testsWanted) add('test file', TEST);
  return boosts;
}

/** What other good chunks of the same file add, by chunk id. `scores` are those after `boostsOf`. */
export function coherence(
  scored: readonly { id: number; fileId: number; score: number }[],
): Map<number, Boost> {
  const byFile = Map.groupBy(scored, ({ fileId }) => fileId);
  const boosts = new Map<number, Boost>();
  for (const chunks of byFile.values()) {
    const [best = 0, ...next] = chunks.map(({ score }) => score).sort((a, b) => b - a);
    const sum = next.slice(0, 3).reduce((total, score) => total + score, 0);
    if (best <= 0 || sum <= 0) continue;
    const boost = { rule: 'more in the same file', factor: 1 + (COHERENCE * sum) / best };
    for (const { id } of chunks) boosts.set(id, boost);
  }
  return boosts;
}

/** At most three chunks of a file come first; the others follow when nothing else is left. */
export function spread<Ranked extends { fileId: number }>(ranked: readonly Ranked[], most = 3): Ranked[] {
  const seen = new Map<number, number>();
  const [first, later]: [Ranked[], Ranked[]] = [[], []];
  for (const one of ranked) {
    const count = (seen.get(one.fileId) ?? 0) + 1;
    seen.set(one.fileId, count);
    (count <= most ? first : later).push(one);
  }
  return [...first, ...later];
}

function stemOfPath(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const stem = name.replace(/\.[^.]*$/, '');
  // What every folder has says what its folder says.
  if (!/^(index|main|mod|lib|__init__|__main__)$/i.test(stem)) return stem;
  return path.split('/').at(-2) ?? stem;
}
