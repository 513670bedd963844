import { wordsOf } from '../query.ts';
import { hashOf } from './word-vectors.ts';

/** Texts that say nearly the same, by their places in the list; `similarity` of the pair that is least alike of a chain. */
export interface NearDuplicates {
  similarity: number;
  members: number[];
}

const SHINGLE = 4;
const LEAST_WORDS = 12;
const BANDS = 16;
const ROWS = 4;
/** Share of common runs of words from which two texts are nearly the same. */
const THRESHOLD = 0.7;

/**
 * Pairs are found by MinHash in bands (Broder 1997; Leskovec et al., Mining of Massive Datasets, 3.4), then counted exactly,
 * so what is found is true and a pair just above the threshold may be missed.
 */
export function nearDuplicates(texts: readonly string[]): NearDuplicates[] {
  const shingles = texts.map(shinglesOf);
  const pairs = new Map<string, [number, number]>();
  const first = new Map<string, number>();
  for (const [at, set] of shingles.entries()) {
    if (set.size === 0) continue;
    for (const key of bandsOf(set)) {
      // With the first of a band only: a thousand copies would be half a million pairs.
      const other = first.get(key);
      if (other === undefined) first.set(key, at);
      else pairs.set(`${other}.${at}`, [other, at]);
    }
  }
  const near = [...pairs.values()]
    .map(([a, b]) => ({ a, b, similarity: jaccard(shingles[a], shingles[b]) }))
    .filter(({ similarity }) => similarity >= THRESHOLD);
  return join(near);
}

function shinglesOf(text: string): Set<number> {
  const words = wordsOf(text);
  const found = new Set<number>();
  if (words.length < LEAST_WORDS) return found;
  for (let at = 0; at + SHINGLE <= words.length; at += 1)
    found.add(hashOf(words.slice(at, at + SHINGLE).join(' ')));
  return found;
}

function bandsOf(shingles: ReadonlySet<number>): string[] {
  const least = Array.from({ length: BANDS * ROWS }, (_, at) => {
    const factor = (Math.imul(at + 1, 0x9e3779b1) | 1) >>> 0;
    let smallest = 2 ** 32;
    for (const shingle of shingles) {
      const mixed = Math.imul(shingle ^ (shingle >>> 15), factor) >>> 0;
      if (mixed < smallest) smallest = mixed;
    }
    return smallest;
  });
  return Array.from(
    { length: BANDS },
    (_, band) => `${band}:${least.slice(band * ROWS, (band + 1) * ROWS).join()}`,
  );
}

function jaccard(a: ReadonlySet<number> = new Set(), b: ReadonlySet<number> = new Set()): number {
  let common = 0;
  for (const one of a) if (b.has(one)) common += 1;
  return common / Math.max(1, a.size + b.size - common);
}

function join(near: readonly { a: number; b: number; similarity: number }[]): NearDuplicates[] {
  const groups: NearDuplicates[] = [];
  for (const { a, b, similarity } of near) {
    const touched = groups.filter(({ members }) => members.includes(a) || members.includes(b));
    const whole = {
      similarity: Math.min(similarity, ...touched.map((group) => group.similarity)),
      members: [...new Set([...touched.flatMap(({ members }) => members), a, b])],
    };
    for (const group of touched) groups.splice(groups.indexOf(group), 1);
    groups.push(whole);
  }
  return groups.toSorted((x, y) => y.members.length - x.members.length || y.similarity - x.similarity);
}
