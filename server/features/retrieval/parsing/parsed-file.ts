import type { ChunkKind, ReferenceEntry, SymbolKind } from '../search/contract.ts';

/** What the parser makes of one file. Lines from 1, both inclusive; all lists in the order of the file. */
export interface ParsedFile {
  language: string | null;
  chunks: ParsedChunk[];
  symbols: ParsedSymbol[];
  references: ParsedReference[];
  imports: ParsedImport[];
  /** Why it was cut into windows instead of along its syntax; a sentence. Null when all went well. */
  problem: string | null;
  /** Why nothing of it is in the index: minified, generated, a lock file; a sentence. Then all lists are empty. */
  skip: string | null;
}

/** A piece of a file that is found, embedded and shown as one: a function or method, split over 80 lines. */
export interface ParsedChunk {
  kind: ChunkKind;
  /** What it defines, a heading, `page 3`; null for what lies between definitions. */
  name: string | null;
  /** The class or module around it, outermost first, joined with ` > `. */
  container: string | null;
  signature: string | null;
  /** `path > Class > name(signature)`: stands above the text in the lexical index and before an embedder. */
  header: string;
  line: number;
  endLine: number;
  text: string;
}

export interface ParsedSymbol {
  kind: SymbolKind;
  name: string;
  container: string | null;
  signature: string | null;
  /** Of the name; `endLine` is where its body ends. */
  line: number;
  endLine: number;
  exported: boolean;
}

export interface ParsedReference {
  name: string;
  kind: ReferenceEntry['kind'];
  line: number;
}

export interface ParsedImport {
  /** As written: `./store.ts`, `os.path`, `crate::worker`. */
  specifier: string;
  /** Names it brings, as they are called in the other file; empty: all, or for its effects. */
  names: string[];
  line: number;
}
