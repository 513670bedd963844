import { UMAP } from 'umap-js';
import { seeded } from '../../seeded.ts';

export interface Place {
  x: number;
  y: number;
}

const LEAST = 5;
const NEIGHBOURS = 15;

/** Places on a plane, 0 to 1 on both axes: near each other what is alike (UMAP, McInnes et al. 2018). Same seed, same map. */
export function placeVectors(vectors: readonly Float32Array[], seed: number): Place[] {
  if (vectors.length < LEAST) return onCircle(vectors.length);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, vectors.length - 1),
    minDist: 0.15,
    random: seeded(seed),
    distanceFn: (a, b) => 1 - a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0),
  });
  return withinSquare(umap.fit(vectors.map((vector) => [...vector])));
}

function onCircle(count: number): Place[] {
  return Array.from({ length: count }, (_, at) => ({
    x: 0.5 + 0.3 * Math.cos((2 * Math.PI * at) / count),
    y: 0.5 + 0.3 * Math.sin((2 * Math.PI * at) / count),
  }));
}

function withinSquare(rows: readonly number[][]): Place[] {
  const axis = (at: number) => {
    const values = rows.map((row) => row[at] ?? 0);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => (most === least ? 0.5 : (value - least) / (most - least)));
  };
  const [xs, ys] = [axis(0), axis(1)];
  return rows.map((_, at) => ({ x: xs[at] ?? 0.5, y: ys[at] ?? 0.5 }));
}
