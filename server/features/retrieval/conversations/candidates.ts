import type { FoundMessage } from './contract.ts';
import type { WordHit } from './messages-store.ts';

/** Why a message may be shown. `words` and `meaning` are 0 to 1 within this search. */
export interface Candidate {
  id: string;
  words: number;
  meaning: number;
  inTitle: boolean;
  /** Where in its text the meaning was found. */
  around: number;
}

/** By message: how near, and where in its text. */
export type Nearness = ReadonlyMap<string, Pick<Candidate, 'meaning' | 'around'>>;

export const NOTHING_NEAR: Nearness = new Map();

/** What vectors count against words: a careful share, since nobody measured them on a person's own messages. */
const MEANING_SHARE = 0.3;
const TITLE_BONUS = 0.25;

/** One candidate a message, the best first; the newer of two alike. BM25 becomes 1 for the best down towards 0. */
export function merge(hits: readonly WordHit[], near: Nearness): Candidate[] {
  const best = Math.min(0, ...hits.map(({ rank }) => rank));
  const found = new Map<string, Candidate>();
  const of = (id: string) => {
    const known = found.get(id) ?? { id, words: 0, meaning: 0, inTitle: false, around: 0 };
    found.set(id, known);
    return known;
  };
  for (const { id, rank, inTitle } of hits) {
    const candidate = of(id);
    if (inTitle) candidate.inTitle = true;
    else candidate.words = best === 0 ? 1 : rank / best;
  }
  for (const [id, nearness] of near) Object.assign(of(id), nearness);
  return [...found.values()].toSorted((a, b) => scoreOf(b) - scoreOf(a) || (a.id < b.id ? 1 : -1));
}

/** 0 to 1. */
export function scoreOf({ words, meaning, inTitle }: Candidate): number {
  const score = (1 - MEANING_SHARE) * words + MEANING_SHARE * meaning + (inTitle ? TITLE_BONUS : 0);
  return Math.min(1, score);
}

export function whyOf({ words, meaning, inTitle }: Candidate): FoundMessage['why'] {
  if (words > 0) return meaning > 0 ? 'words and meaning' : 'words';
  return inTitle ? 'title' : 'meaning';
}
