import type { ReadingPlace } from '../question.ts';
import { type ShapedChunk, shapedChunks } from './shape-store.ts';

export interface DuplicatePlace {
  path: string;
  line: number;
  end_line: number;
  name: string | null;
}

export interface DuplicatesAnswer {
  groups: { similarity: number; lines: number; places: DuplicatePlace[] }[];
  truncated: boolean;
}

/** Bits in which two fingerprints may differ. Four bands of 16: two that differ in three bits share one band at least. */
const MOST_BITS = 3;
const BANDS = 4;
/** A band that very many share says nothing, and comparing all of them would never end. */
const CROWDED = 400;
const MOST_GROUPS = 200;
/** Of two chunks of a group, the shorter has at least this share of the longer one's lines. */
const LENGTH_RATIO = 0.7;

/** Groups of chunks that are the same but for names and literals, or nearly; the most repeated lines first. */
export function duplicates({ index }: ReadingPlace, { minLines }: { minLines: number }): DuplicatesAnswer {
  const chunks = shapedChunks(index, minLines);
  const groups = createGroups(chunks.length);
  const byShape = Map.groupBy(chunks.keys(), (at) => `${chunks[at]?.high}:${chunks[at]?.low}`);
  for (const same of byShape.values()) joinAll(same, chunks, groups);
  const firsts = [...byShape.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  for (let band = 0; band < BANDS; band += 1) {
    const buckets = Map.groupBy(firsts, (at) => bandOf(chunks[at], band));
    for (const bucket of buckets.values()) {
      if (bucket.length > 1 && bucket.length <= CROWDED) joinNear(bucket, chunks, groups);
    }
  }
  const found = [...Map.groupBy(chunks.keys(), groups.rootOf).values()]
    .filter((members) => members.length > 1)
    .map((members) => describe(members.flatMap((at) => chunks[at] ?? [])))
    .sort((a, b) => b.lines * (b.places.length - 1) - a.lines * (a.places.length - 1));
  return { groups: found.slice(0, MOST_GROUPS), truncated: found.length > MOST_GROUPS };
}

interface Groups {
  join(one: number, other: number): void;
  rootOf(one: number): number;
}

/** Sets that are joined (R. Tarjan, Efficiency of a good but not linear set union algorithm, 1975). */
function createGroups(count: number): Groups {
  const parents = new Int32Array(count).map((_, at) => at);
  const rootOf = (one: number): number => {
    let at = one;
    while ((parents[at] ?? at) !== at) {
      parents[at] = parents[parents[at] ?? at] ?? at;
      at = parents[at] ?? at;
    }
    return at;
  };
  return {
    rootOf,
    join(one, other) {
      parents[rootOf(other)] = rootOf(one);
    },
  };
}

function joinAll(same: readonly number[], chunks: readonly ShapedChunk[], groups: Groups): void {
  const [first] = same;
  if (first === undefined) return;
  for (const at of same.slice(1)) if (alikeInLength(chunks[first], chunks[at])) groups.join(first, at);
}

function joinNear(bucket: readonly number[], chunks: readonly ShapedChunk[], groups: Groups): void {
  for (const [place, one] of bucket.entries()) {
    for (const other of bucket.slice(place + 1)) {
      const [a, b] = [chunks[one], chunks[other]];
      if (a && b && alikeInLength(a, b) && bitsBetween(a, b) <= MOST_BITS) groups.join(one, other);
    }
  }
}

function alikeInLength(a: ShapedChunk | undefined, b: ShapedChunk | undefined): boolean {
  if (!a || !b) return false;
  const [one, other] = [linesOf(a), linesOf(b)];
  return Math.min(one, other) >= LENGTH_RATIO * Math.max(one, other);
}

function linesOf({ line, endLine }: ShapedChunk): number {
  return endLine - line + 1;
}

function bandOf(chunk: ShapedChunk | undefined, band: number): number {
  const half = band < 2 ? (chunk?.high ?? 0) : (chunk?.low ?? 0);
  return band % 2 === 0 ? half & 0xffff : half >>> 16;
}

function bitsBetween(a: ShapedChunk, b: ShapedChunk): number {
  return bitsOf(a.high ^ b.high) + bitsOf(a.low ^ b.low);
}

function bitsOf(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function describe(members: readonly ShapedChunk[]): DuplicatesAnswer['groups'][number] {
  const [first] = members;
  const bits = Math.max(0, ...members.map((member) => (first ? bitsBetween(first, member) : 0)));
  return {
    // The angle between two texts' token counts, of which a fingerprint keeps 64 signs (Charikar, 2002).
    similarity: Math.cos((Math.PI * bits) / 64),
    lines: Math.max(...members.map(linesOf)),
    places: members.map(({ path, line, endLine, name }) => ({ path, line, end_line: endLine, name })),
  };
}
