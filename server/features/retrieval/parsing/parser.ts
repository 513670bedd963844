import { chunksOf } from './chunks.ts';
import { parseDocument } from './documents/document.ts';
import { languages } from './languages/languages.ts';
import type { LanguageRules } from './languages/language.ts';
import { splitLines } from './lines.ts';
import { nest, symbolsOf } from './nesting.ts';
import { outlineOf } from './outline.ts';
import type { ParsedFile } from './parsed-file.ts';
import { scriptsIn } from './scripts.ts';
import { reasonToSkip } from './skip.ts';
import { SyntaxReader } from './syntax.ts';
import { windowsOf } from './windows.ts';

export interface FileToParse {
  path: string;
  text: string;
  /** As server/files/language-of.ts names it. */
  language: string | null;
}

export interface Parser {
  /** One file at a time. Never fails because of what a file holds: `problem` and `skip` say what was not done. */
  parse(file: FileToParse): Promise<ParsedFile>;
  /** Gives its memory back. */
  close(): void;
}

/** Milliseconds for the syntax of one file. */
const LIMIT_MS = 5000;

/** A parser for one thread; a grammar is loaded when the first file of its language comes. */
export function createParser({ limitMs = LIMIT_MS }: { limitMs?: number } = {}): Promise<Parser> {
  const reader = new SyntaxReader(limitMs);
  return Promise.resolve({
    parse: (file) => parse(reader, file),
    close: () => reader.close(),
  });
}

function rulesOf(language: string | null): LanguageRules | undefined {
  return language !== null && Object.hasOwn(languages, language) ? languages[language] : undefined;
}

async function parse(reader: SyntaxReader, { path, text: raw, language }: FileToParse): Promise<ParsedFile> {
  const text = raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  const nothing: ParsedFile = {
    ...{ language, chunks: [], symbols: [], references: [], imports: [] },
    ...{ problem: null, skip: reasonToSkip(path, text, language) },
  };
  if (nothing.skip !== null) return nothing;
  const scripts = scriptsIn(text, language);
  const rules = rulesOf(scripts?.language ?? language);
  if (rules === undefined) return { ...nothing, ...parseDocument({ path, text, language }) };
  const lines = splitLines(text);
  const read = await reader.read({ text, rules, ranges: scripts?.ranges }, (matches) => {
    const { definitions, references, imports } = outlineOf(text, matches, rules);
    const roots = nest(definitions, rules);
    return { chunks: chunksOf(path, lines, roots), symbols: symbolsOf(roots), references, imports };
  });
  if ('problem' in read) return { ...nothing, chunks: windowsOf(path, lines), problem: read.problem };
  return { ...nothing, ...read };
}
