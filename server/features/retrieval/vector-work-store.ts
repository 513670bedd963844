import type { IndexDatabase } from './indexing/index-schema-store.ts';
import { openIndexToRead } from './indexing/index-schema-store.ts';

/** A chunk without a vector, and what is needed to read its text from the disk. */
export interface ChunkPlace {
  hash: string;
  header: string;
  ordinal: number;
  line: number;
  endLine: number;
  path: string;
  language: string | null;
  /** sha256 of the file when it was indexed. */
  fileHash: string | null;
}

/** What a workspace's index has that vectors belong to. Errors: not_found while there is no index. */
export class VectorWork {
  readonly #index: IndexDatabase;

  constructor(path: string) {
    this.#index = openIndexToRead(path);
  }

  /** A chunk for each text, by hash; texts of one file stand together. */
  texts(): Map<string, number> {
    const rows = this.#index
      .prepare('select text_hash, min(id) from chunks group by text_hash order by 2')
      .raw();
    const texts = new Map<string, number>();
    for (const row of rows.iterate()) if (Array.isArray(row)) texts.set(String(row[0]), Number(row[1]));
    return texts;
  }

  /** Undefined for a chunk that is not in the index any more. */
  place(chunk: number): ChunkPlace | undefined {
    const row: unknown = this.#index
      .prepare(
        `select text_hash, header, ordinal, chunks.line, end_line, path, language, hash
         from chunks join files on files.id = file_id where chunks.id = ?`,
      )
      .raw()
      .get(chunk);
    if (!Array.isArray(row)) return undefined;
    const [hash, header, ordinal, line, endLine, path, language, fileHash] = row;
    return {
      ...{ hash: String(hash), header: String(header), ordinal: Number(ordinal), path: String(path) },
      ...{ line: Number(line), endLine: Number(endLine) },
      language: language === null ? null : String(language),
      fileHash: fileHash === null ? null : String(fileHash),
    };
  }

  close(): void {
    this.#index.close();
  }
}
