import { countWords, documentCounts } from './telling-words.ts';

const DIMENSIONS = 512;

/** Unit vectors from words alone: tf-idf, folded into few dimensions by signed hashing (Weinberger et al. 2009). */
export function wordVectors(texts: readonly string[]): Float32Array[] {
  const counted = texts.map(countWords);
  const documents = documentCounts(counted);
  return counted.map((words) => {
    const vector = new Float32Array(DIMENSIONS);
    for (const [word, count] of words) {
      const weight = (1 + Math.log(count)) * Math.log(1 + texts.length / (documents.get(word) ?? 1));
      const hash = hashOf(word);
      const at = (hash >>> 1) % DIMENSIONS;
      vector[at] = (vector[at] ?? 0) + (hash & 1 ? weight : -weight);
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
