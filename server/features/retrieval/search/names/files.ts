import type { ReadingPlace } from '../question.ts';
import { indexedFiles } from './file-store.ts';
import { fitPath, inOrder, lettersOf } from './fuzzy.ts';
import type { NameInput } from './symbols.ts';

export interface FilesAnswer {
  files: { path: string; language: string | null }[];
}

/** Files whose paths fit what was typed, best first; all of them, by path, when nothing was. */
export function files({ index }: ReadingPlace, { query, limit }: NameInput): FilesAnswer {
  const typed = query
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')
    .replace(/:\d+(:\d+)?$/, '');
  const letters = lettersOf(typed);
  const all = indexedFiles(index);
  const found =
    typed === ''
      ? all.slice(0, limit)
      : all
          .filter(({ lowerPath }) => inOrder(letters, lowerPath))
          .map((file) => ({ file, fit: fitPath(typed, file.path, file.lowerPath) }))
          .filter(({ fit }) => fit > 0)
          .sort((a, b) => b.fit - a.fit || a.file.path.length - b.file.path.length)
          .slice(0, limit)
          .map(({ file }) => file);
  return { files: found.map(({ path, language }) => ({ path, language })) };
}
