import type { ReadingPlace } from '../question.ts';
import { indexedFiles } from './file-store.ts';

export interface LanguagesAnswer {
  languages: { language: string; files: number }[];
}

/** The languages of the files in the index, the most frequent first. */
export function languages({ index }: ReadingPlace): LanguagesAnswer {
  const counts = new Map<string, number>();
  for (const { language } of indexedFiles(index)) {
    if (language !== null) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  const found = [...counts].map(([language, files]) => ({ language, files }));
  return { languages: found.sort((a, b) => b.files - a.files || a.language.localeCompare(b.language)) };
}
