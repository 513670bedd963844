import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import { perIndex } from '../reading/index-cache.ts';

export interface FileRow {
  id: number;
  path: string;
  lowerPath: string;
  language: string | null;
  /** sha256 of its bytes when it was indexed. */
  hash: string | null;
  isTest: number;
}

/** Every file whose text is in the index, by path. */
export const indexedFiles = perIndex((index: IndexDatabase): FileRow[] =>
  index
    .prepare<[], FileRow>(
      "select id, path, lower(path) lowerPath, language, hash, is_test isTest from files where status = 'indexed' order by path",
    )
    .all(),
);
