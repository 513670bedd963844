import { INDEX_LIMIT, readText } from '#server/files/read-text.ts';
import type { ChunkPlace } from './vector-work-store.ts';

/** What stands in a file, by chunk. Null: the file is not what was indexed. */
interface FileTexts {
  path: string;
  textOf(place: ChunkPlace): string | undefined;
}

/** Reads the texts of chunks from a folder; keeps the last file, since chunks come in the order of their files. */
export class ChunkTexts {
  readonly #root: string;
  #last: FileTexts | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  /** Header and text as they are embedded; undefined when the file changed or vanished since it was indexed. */
  async read(place: ChunkPlace): Promise<string | undefined> {
    if (this.#last?.path !== place.path) this.#last = await this.#open(place).catch(() => null);
    const text = this.#last?.textOf(place);
    return text === undefined ? undefined : `${place.header}\n${text}`;
  }

  async #open(place: ChunkPlace): Promise<FileTexts | null> {
    const { path, language, fileHash } = place;
    if (language === 'pdf' || language === 'notebook') return null;
    const file = await readText(this.#root, path, { limit: INDEX_LIMIT });
    if ('reason' in file || file.hash !== fileHash) return null;
    const lines = file.text.split('\n');
    return { path, textOf: ({ line, endLine }) => lines.slice(line - 1, endLine).join('\n') };
  }
}
