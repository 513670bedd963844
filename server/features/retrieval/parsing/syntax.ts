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
  grammars: Map<LanguageRules, Promise<{ language: Language; query: Query }>>;
}

const PAGE = 65_536;
const MEGABYTE = 1024 * 1024;
const FIRST_MEMORY = 32 * MEGABYTE;
/** More than this no file may take, and with more than this no instance is kept: its memory never shrinks. */
const MOST_MEMORY = 512 * MEGABYTE;
const KEPT_MEMORY = 128 * MEGABYTE;
const MOST_OPEN_MATCHES = 10_000;

const require = createRequire(import.meta.url);

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
  // V8's first, quick compiler takes 2 GB for the lexers of all grammars; the optimizing one alone takes 0.2 GB, and
  // twice the time for a language's first file.
  setFlagsFromString('--no-liftoff');
  const treeSitter = loadModule();
  const memory = new WebAssembly.Memory({ initial: FIRST_MEMORY / PAGE, maximum: MOST_MEMORY / PAGE });
  await treeSitter.Parser.init({ wasmMemory: memory });
  return { treeSitter, memory, parser: new treeSitter.Parser(), grammars: new Map() };
}

/** A module that shares nothing with one loaded before; unlike an ES module it can be forgotten with its memory. */
function loadModule(): typeof TreeSitter {
  const path = require.resolve('web-tree-sitter');
  delete require.cache[path];
  return require(path) as typeof TreeSitter;
}

function grammarIn({ treeSitter, grammars }: Instance, rules: LanguageRules) {
  const known = grammars.get(rules);
  if (known !== undefined) return known;
  const path = require.resolve(`@repomix/tree-sitter-wasms/out/tree-sitter-${rules.grammar}.wasm`);
  const grammar = treeSitter.Language.load(path).then((language) => ({
    language,
    query: new treeSitter.Query(language, rules.query),
  }));
  grammars.set(rules, grammar);
  return grammar;
}
