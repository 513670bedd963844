import { INDEX_LIMIT, readBytes, readText } from '#server/files/read-text.ts';
import { embeddedText, textHash } from './indexing/text-hash.ts';
import { parseDocument } from './parsing/documents/document.ts';
import { splitLines } from './parsing/lines.ts';
import type { ParsedFile } from './parsing/parsed-file.ts';
import { type ChunkPlace, VectorWork } from './vector-work-store.ts';

/** Texts that vectors belong to. */
export interface TextSource {
  /** All there are, by the hash that their vectors are kept under; the number leads to the text. */
  texts(): Map<string, number>;
  /** Undefined for a text that is not there any more, or is another one. */
  read(place: number): Promise<FoundText | undefined>;
  close(): void;
}

/** `body`: sha256 of the text without its path, the same after a move; empty for what does not move. */
export interface FoundText {
  hash: string;
  text: string;
  body: string;
}

/** Where texts are: the index of a workspace and its folder. */
export interface ChunkPlaces {
  kind: 'chunks';
  index: string;
  root: string;
}

interface FileTexts {
  path: string;
  /** Undefined for what cannot be found in it by its lines. */
  textOf(chunk: ChunkPlace): string | undefined;
}

/** Reads the texts of chunks from a folder. Errors: not_found while there is no index. */
export class ChunkTexts implements TextSource {
  readonly #root: string;
  readonly #work: VectorWork;
  /** Chunks come in the order of their files. Null: the file is not what was indexed. */
  #last: { path: string; file: FileTexts | null } | undefined;

  constructor({ index, root }: Omit<ChunkPlaces, 'kind'>) {
    this.#root = root;
    this.#work = new VectorWork(index);
  }

  texts(): Map<string, number> {
    return this.#work.texts();
  }

  async read(place: number): Promise<FoundText | undefined> {
    const chunk = this.#work.place(place);
    if (chunk === undefined) return undefined;
    if (this.#last?.path !== chunk.path) {
      // A file that cannot be read now is left to the indexer, which says why.
      this.#last = { path: chunk.path, file: await this.#open(chunk).catch(() => null) };
    }
    const text = this.#last.file?.textOf(chunk);
    if (text === undefined) return undefined;
    const { hash, header, path } = chunk;
    const rest = header.startsWith(path) ? header.slice(path.length) : header;
    return { hash, text: embeddedText(header, text), body: textHash(rest, text) };
  }

  close(): void {
    this.#work.close();
  }

  async #open({ path, language, fileHash }: ChunkPlace): Promise<FileTexts | null> {
    if (language === 'pdf') return this.#openPdf(path, fileHash);
    const file = await readText(this.#root, path, { limit: INDEX_LIMIT });
    if ('reason' in file || file.hash !== fileHash) return null;
    // The lines of a cell are not those of its file.
    if (language === 'notebook') return ofChunks(path, parseDocument({ path, text: file.text, language }));
    const lines = splitLines(file.text);
    return { path, textOf: ({ line, endLine }) => lines.slice(line - 1, endLine).join('\n') };
  }

  async #openPdf(path: string, fileHash: string | null): Promise<FileTexts | null> {
    const file = await readBytes(this.#root, path, { limit: PDF_LIMIT });
    if ('reason' in file || file.hash !== fileHash) return null;
    const { parsePdf } = await import('./parsing/documents/pdf.ts');
    return ofChunks(path, await parsePdf(path, file.data));
  }
}

/** Bytes, as the indexer takes it. */
const PDF_LIMIT = 50_000_000;

function ofChunks(path: string, { chunks }: Pick<ParsedFile, 'chunks'>): FileTexts {
  return { path, textOf: ({ ordinal }) => chunks[ordinal]?.text };
}
