import { Parser as SyntaxParser, type QueryMatch, type Range } from 'web-tree-sitter';
import { chunksOf } from './chunks.ts';
import { parseDocument } from './documents/document.ts';
import { grammarOf, startParser, type Grammar } from './grammars.ts';
import { splitLines } from './lines.ts';
import { nest, symbolsOf } from './nesting.ts';
import { outlineOf } from './outline.ts';
import type { ParsedFile } from './parsed-file.ts';
import { scriptsIn, type Scripts } from './scripts.ts';
import { reasonToSkip } from './skip.ts';
import { windowsOf } from './windows.ts';

export interface FileToParse {
  path: string;
  text: string;
  /** As server/files/language-of.ts names it. */
  language: string | null;
}

export interface Parser {
  /** Never throws because of what a file holds; `problem` and `skip` say what could not be done. */
  parse(file: FileToParse): Promise<ParsedFile>;
  close(): void;
}

/** Milliseconds for the syntax of one file. */
const LIMIT_MS = 5000;

/** A parser for one thread; each grammar is loaded when the first file of its language comes. */
export async function createParser({ limitMs = LIMIT_MS }: { limitMs?: number } = {}): Promise<Parser> {
  await startParser();
  const syntax = new SyntaxParser();
  return {
    async parse({ path, text: raw, language }) {
      const text = raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
      const skip = reasonToSkip(path, text, language);
      if (skip !== null) return { ...nothing(language), skip };
      const scripts = scriptsIn(text, language);
      const grammar = await grammarOf(scripts?.language ?? language ?? '');
      if (grammar === null) return { ...nothing(language), ...parseDocument({ path, text, language }) };
      return parseSyntax(syntax, { path, text, language, grammar, scripts, limitMs });
    },
    close: () => syntax.delete(),
  };
}

function nothing(language: string | null): ParsedFile {
  return { language, chunks: [], symbols: [], references: [], imports: [], problem: null, skip: null };
}

interface Syntax extends FileToParse {
  grammar: Grammar;
  scripts: Scripts | null;
  limitMs: number;
}

function parseSyntax(
  parser: SyntaxParser,
  { path, text, language, grammar, scripts, limitMs }: Syntax,
): ParsedFile {
  const lines = splitLines(text);
  const matches = matchesIn(parser, { text, grammar, limitMs, ranges: scripts?.ranges });
  if (typeof matches === 'string') {
    return { ...nothing(language), chunks: windowsOf(path, lines), problem: matches };
  }
  try {
    const { definitions, references, imports } = outlineOf(text, matches.matches, grammar.rules);
    const roots = nest(definitions, grammar.rules);
    const chunks = chunksOf(path, lines, roots);
    return { ...nothing(language), chunks, symbols: symbolsOf(roots), references, imports };
  } finally {
    matches.release();
  }
}

/** What the query finds, until `release`; or a sentence when the file is too much for the parser. */
function matchesIn(
  parser: SyntaxParser,
  {
    text,
    grammar,
    limitMs,
    ranges,
  }: { text: string; grammar: Grammar; limitMs: number; ranges: Range[] | undefined },
): { matches: QueryMatch[]; release: () => void } | string {
  const deadline = performance.now() + limitMs;
  const late = () => performance.now() > deadline;
  parser.setLanguage(grammar.language);
  const options = ranges === undefined ? {} : { includedRanges: ranges };
  const tree = parser.parse(text, null, { ...options, progressCallback: late });
  if (tree === null) {
    parser.reset();
    return tooSlow(limitMs);
  }
  const matches = grammar.query.matches(tree.rootNode, { progressCallback: late });
  if (late()) {
    tree.delete();
    return tooSlow(limitMs);
  }
  return { matches, release: () => tree.delete() };
}

function tooSlow(limitMs: number): string {
  return `Its syntax could not be read within ${limitMs / 1000} s; it was cut by lines.`;
}
