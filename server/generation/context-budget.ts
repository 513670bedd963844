import type { Generations } from './generation.ts';

/** The largest share of a context window that retrieved text may fill. */
const SHARE = 0.35;
const CHARACTERS_PER_TOKEN = 3.5;
/** Texts asked about at the same time. */
const AT_ONCE = 16;

/** Most tokens of retrieved text in a prompt. `characters`: what the project allows; null: no bound of its own. */
export function contextBudget(contextWindow: number, characters: number | null): number {
  const allowed = characters === null ? Number.POSITIVE_INFINITY : characters / CHARACTERS_PER_TOKEN;
  return Math.floor(Math.min(SHARE * contextWindow, allowed));
}

/** Exact tokens of each text by the model's own tokenizer. Loads the model when it is not resident. */
export async function countTexts(
  generations: Pick<Generations, 'count'>,
  modelId: string,
  texts: readonly string[],
): Promise<number[]> {
  const counts: number[] = [];
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const some = texts.slice(from, from + AT_ONCE);
    const counted = await Promise.all(some.map((text) => generations.count(modelId, [], text)));
    counts.push(...counted.map(({ textTokens }) => textTokens));
  }
  return counts;
}
