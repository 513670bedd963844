import { seeded } from '../../seeded.ts';

const ROUNDS = 30;
const ATTEMPTS = 8;
const MOST = 12;

/**
 * Spherical k-means with k-means++ seeds over unit vectors, the best of several attempts: a cluster's number for each, the
 * largest cluster first.
 */
export function clusterVectors(vectors: readonly Float32Array[], seed: number): number[] {
  const random = seeded(seed);
  let best: Attempt = { own: [], closeness: Number.NEGATIVE_INFINITY };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tried = attemptFrom(firstCentres(vectors, wantedFor(vectors.length), random), vectors);
    if (tried.closeness > best.closeness) best = tried;
  }
  return bySize(best.own);
}

interface Attempt {
  own: number[];
  /** Sum of the cosines to the centres. */
  closeness: number;
}

function wantedFor(count: number): number {
  return Math.min(MOST, Math.max(1, Math.round(Math.sqrt(count))));
}

function attemptFrom(first: Float32Array[], vectors: readonly Float32Array[]): Attempt {
  let centres = first;
  let own: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = vectors.map((vector) => nearestOf(centres, vector));
    if (next.every((cluster, at) => cluster === own[at])) break;
    own = next;
    centres = centres.map((centre, cluster) => meanOf(vectors, own, cluster) ?? centre);
  }
  const closeness = vectors.reduce((sum, vector, at) => {
    const centre = centres[own[at] ?? -1];
    return sum + (centre ? dot(vector, centre) : 0);
  }, 0);
  return { own, closeness };
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function firstCentres(vectors: readonly Float32Array[], count: number, random: () => number): Float32Array[] {
  const first = vectors[Math.floor(random() * vectors.length)];
  if (!first) return [];
  const centres = [first];
  const away = vectors.map((vector) => Math.max(0, 1 - dot(vector, first)));
  while (centres.length < count) {
    let left = random() * away.reduce((sum, value) => sum + value, 0);
    const chosen = vectors[away.findIndex((value) => (left -= value) < 0)];
    // All the others are where a centre is already.
    if (!chosen) break;
    centres.push(chosen);
    for (const [at, vector] of vectors.entries())
      away[at] = Math.max(0, Math.min(away[at] ?? 0, 1 - dot(vector, chosen)));
  }
  return centres;
}

function nearestOf(centres: readonly Float32Array[], vector: Float32Array): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const [at, centre] of centres.entries()) {
    const closeness = dot(centre, vector);
    if (closeness > most) [most, best] = [closeness, at];
  }
  return best;
}

function meanOf(
  vectors: readonly Float32Array[],
  own: readonly number[],
  cluster: number,
): Float32Array | undefined {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  let members = 0;
  for (const [at, vector] of vectors.entries()) {
    if (own[at] !== cluster) continue;
    members += 1;
    for (let dimension = 0; dimension < mean.length; dimension += 1) {
      mean[dimension] = (mean[dimension] ?? 0) + (vector[dimension] ?? 0);
    }
  }
  const length = Math.sqrt(dot(mean, mean));
  return members === 0 || length === 0 ? undefined : mean.map((value) => value / length);
}

function bySize(own: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const cluster of own) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const order = [...sizes].toSorted(([a, m], [b, n]) => n - m || a - b).map(([cluster]) => cluster);
  return own.map((cluster) => order.indexOf(cluster));
}
