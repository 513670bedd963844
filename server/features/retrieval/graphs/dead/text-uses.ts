import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import { splitWords } from '../../parsing/split-words.ts';
import type { createFileLines } from '../../search/text/file-text.ts';
import { type FileNode, filesById, prepareChunkFiles } from '../graph-store.ts';
import type { Unreferenced } from './unreferenced.ts';

/** A file, or the rest of its own, whose text names a symbol. `prose`: people read it, programs do not. */
export interface TextUse {
  path: string;
  kind: 'code' | 'prose';
}

const PROSE: ReadonlySet<string> = new Set(['markdown', 'text', 'pdf', 'notebook']);
/** A name that so many files hold is used, whatever they say. */
const MOST_FILES = 50;

/**
 * Looks for the name of a symbol in the text of every file that has its words, outside of its own lines. Tests do not
 * count: their references did.
 */
export function createTextUses(index: IndexDatabase, lines: ReturnType<typeof createFileLines>) {
  const files = filesById(index);
  const filesWith = prepareChunkFiles(index);
  return async ({ symbol, file }: Unreferenced): Promise<TextUse[]> => {
    const named = filesWith(splitWords(symbol.name)).flatMap((id) => files.get(id) ?? []);
    const others = named.filter(({ isTest }) => !isTest);
    if (others.length > MOST_FILES) return [{ path: others[0]?.path ?? '', kind: 'code' }];
    const pattern = wordPattern(symbol.name);
    const uses: TextUse[] = [];
    for (const other of others) {
      const text = (await lines(other.path, other.language))?.lines ?? [];
      const own = other.id === file.id ? ownLines(symbol, text) : undefined;
      const names = text.some((line, at) => !isWithin(own, at + 1) && pattern.test(line));
      if (names) uses.push({ path: other.path, kind: kindOf(other) });
    }
    return uses;
  };
}

interface Lines {
  line: number;
  endLine: number;
}

const COMMENT_OR_ANNOTATION = /^\s*(?:\/\/|\/?\*|#|--|@|<!--)/;

/** The lines of a symbol with the comment right above, where a name is explained. */
function ownLines({ line, endLine }: Lines, text: readonly string[]): Lines {
  let from = line;
  while (from > 1 && COMMENT_OR_ANNOTATION.test(text[from - 2] ?? '')) from -= 1;
  return { line: from, endLine };
}

function isWithin(own: Lines | undefined, line: number): boolean {
  return own !== undefined && own.line <= line && line <= own.endLine;
}

function kindOf({ language }: FileNode): TextUse['kind'] {
  return PROSE.has(language ?? 'text') ? 'prose' : 'code';
}

/** The name with no letter, digit or underscore beside it. */
function wordPattern(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}_$])${escaped}(?![\p{L}\p{N}_$])`, 'u');
}
