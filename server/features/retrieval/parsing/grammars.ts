import { createRequire } from 'node:module';
import { Language, Parser, Query } from 'web-tree-sitter';
import { languages } from './languages/languages.ts';
import type { LanguageRules } from './languages/language.ts';

/** A language ready to be read: its grammar and its compiled query. */
export interface Grammar {
  rules: LanguageRules;
  language: Language;
  query: Query;
}

const require = createRequire(import.meta.url);
const loaded = new Map<string, Promise<Grammar>>();
let started: Promise<void> | undefined;

/** The grammar of a language, loaded once in this thread; null for a language that has none. */
export function grammarOf(language: string): Promise<Grammar> | null {
  const rules = Object.hasOwn(languages, language) ? languages[language] : undefined;
  if (rules === undefined) return null;
  const known = loaded.get(language);
  if (known !== undefined) return known;
  const grammar = load(rules);
  loaded.set(language, grammar);
  return grammar;
}

async function load(rules: LanguageRules): Promise<Grammar> {
  await startParser();
  const path = require.resolve(`@repomix/tree-sitter-wasms/out/tree-sitter-${rules.grammar}.wasm`);
  const language = await Language.load(path);
  return { rules, language, query: new Query(language, rules.query) };
}

/** Loads web-tree-sitter itself; before the first `new Parser()`. */
export function startParser(): Promise<void> {
  started ??= Parser.init();
  return started;
}
