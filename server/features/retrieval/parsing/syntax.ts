import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import type * as TreeSitter from 'web-tree-sitter';
import type { Language, Parser, Query, QueryMatch, Range, Tree } from 'web-tree-sitter';
import { isTooDeep } from './nesting-depth.ts';
import type { LanguageRules } from './languages/language.ts';

/** What is read along its syntax. `ranges`: where the language is, in a file of another one. */
export interface Source {
  text: string;
  rules: LanguageRules;
  ranges?: Range[] | undefined;
}

/** One instance of the WebAssembly module with what lies in its memory. */
interface Instance {
  treeSitter: typeof TreeSitter;
  memory: WebAssembly.Memory;
  parser: Parser;
  grammars: Map<LanguageRules, Promise<Grammar>>;
}

interface Grammar {
  language: Language;
  query: Query;
}

const PAGE = 65_536;
const MEGABYTE = 1024 * 1024;
const FIRST_MEMORY = 32 * MEGABYTE;
/** More than this no file may take, and with more than this no instance is kept: its memory never shrinks. */
const MOST_MEMORY = 192 * MEGABYTE;
const KEPT_MEMORY = 80 * MEGABYTE;
const MOST_OPEN_MATCHES = 10_000;

/**
 * tree-sitter for one thread. Its WebAssembly module cannot be used any more after a trap, and never gives memory
 * back: then a fresh one takes its place, which costs some ten milliseconds a language.
 */
export class SyntaxReader {
  readonly #limitMs: number;
  #instance: Promise<Instance> | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /**
   * Gives what the query of a language finds to `take`, while the tree is there. A sentence comes back for a text that
   * is too slow, too deep or too much for the parser.
   */
  async read<Result>(
    source: Source,
    take: (matches: QueryMatch[]) => Result,
  ): Promise<Result | { problem: string }> {
    if (isTooDeep(source.text)) return { problem: 'Its brackets are nested too deep; it was cut by lines.' };
    this.#instance ??= createInstance();
    const instance = await this.#instance;
    try {
      const result = await this.#readWith(instance, source, take);
      if (instance.memory.buffer.byteLength > KEPT_MEMORY) this.close();
      return result;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
      this.close();
      return { problem: 'Its syntax is too much for the parser; it was cut by lines.' };
    }
  }

  async #readWith<Result>(
    instance: Instance,
    { text, rules, ranges }: Source,
    take: (matches: QueryMatch[]) => Result,
  ): Promise<Result | { problem: string }> {
    const { language, query } = await grammarIn(instance, rules);
    const deadline = performance.now() + this.#limitMs;
    const progressCallback = () => performance.now() > deadline;
    const { parser } = instance;
    parser.setLanguage(language);
    const tree: Tree | null = parser.parse(text, null, {
      progressCallback,
      ...(ranges === undefined ? {} : { includedRanges: ranges }),
    });
    if (tree === null) {
      parser.reset();
      return tooSlow(this.#limitMs);
    }
    const matches = query.matches(tree.rootNode, { progressCallback, matchLimit: MOST_OPEN_MATCHES });
    const result = progressCallback() ? tooSlow(this.#limitMs) : take(matches);
    tree.delete();
    return result;
  }

  /** Lets go of the module and its memory; the next file gets a fresh one. */
  close(): void {
    this.#instance = undefined;
  }
}

function tooSlow(limitMs: number): { problem: string } {
  return { problem: `Its syntax could not be read within ${limitMs / 1000} s; it was cut by lines.` };
}

async function createInstance(): Promise<Instance> {
  const treeSitter = loadModule();
  const memory = new WebAssembly.Memory({ initial: FIRST_MEMORY / PAGE, maximum: MOST_MEMORY / PAGE });
  // A trap is reported by what it throws; the module would print it besides.
  await treeSitter.Parser.init({ wasmMemory: memory, printErr: () => undefined });
  return { treeSitter, memory, parser: new treeSitter.Parser(), grammars: new Map() };
}

/** A module that shares nothing with one loaded before; unlike an ES module it can be forgotten with its memory. */
function loadModule(): typeof TreeSitter {
  // Whoever requires a module keeps it, so this is not shared either.
  const require = createRequire(import.meta.url);
  const path = require.resolve('web-tree-sitter');
  delete require.cache[path];
  return require(path) as typeof TreeSitter;
}

function grammarIn(instance: Instance, rules: LanguageRules): Promise<Grammar> {
  const known = instance.grammars.get(rules) ?? loadGrammar(instance, rules);
  instance.grammars.set(rules, known);
  return known;
}

async function loadGrammar({ treeSitter, parser }: Instance, rules: LanguageRules): Promise<Grammar> {
  const path = createRequire(import.meta.url).resolve(
    `@repomix/tree-sitter-wasms/out/tree-sitter-${rules.grammar}.wasm`,
  );
  const tiers = ['wasm-dynamic-tiering', 'wasm-tier-up'];
  // V8 decides when a module is loaded whether it may be optimized later.
  if (rules.unoptimized === true) for (const tier of tiers) setFlagsFromString(`--no-${tier}`);
  try {
    const language = await treeSitter.Language.load(path);
    parser.setLanguage(language);
    // Functions are compiled when they are first called; that time is no file's.
    parser.parse('x\n')?.delete();
    return { language, query: new treeSitter.Query(language, rules.query) };
  } finally {
    if (rules.unoptimized === true) for (const tier of tiers) setFlagsFromString(`--${tier}`);
  }
}
