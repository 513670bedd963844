/** A name that an import statement brings, without its line. */
export interface ImportClause {
  specifier: string;
  /** As they are called in the other file; empty: all, or for its effects. */
  names: string[];
}

/**
 * How one language is read. The captures of `query` mean:
 * - `@def.<kind>` a definition, with its `@name`; `@owner` a name of what it belongs to when that does not lie around
 *   it; `@of` the node whose `body` field ends the signature, when that is not the definition
 * - `@def.scope` what lies around definitions and is none itself: `impl`, `extension`
 * - `@lead` a comment or annotation, which belongs to the definition below it
 * - `@import` a statement that `imports` reads
 * - `@shared` a name that is exported elsewhere than where it is defined
 * - `@call` `@new` `@type` `@read` uses of a name
 */
export interface LanguageRules {
  /** Of the file `tree-sitter-<grammar>.wasm`. */
  grammar: string;
  query: string;
  /** Its lexer is so large that V8 would take 3 GB to optimize it. */
  unoptimized?: boolean;
  imports: (statement: string) => ImportClause[];
  /** What a name is made of, where that is more than letters, digits, `_` and `$`; sticky. */
  nameAt?: RegExp;
  /** Functions whose call is an import. */
  importCalls?: ReadonlySet<string>;
  /** What a definition does is a sibling after it: `function_body`. */
  bodyFollows?: boolean;
  /** A member is seen where its class is, unless it is private. */
  membersFollow?: boolean;
  /** `prefix` is what stands before the name on its line and in the definition. */
  isExported: (definition: { prefix: string; name: string }) => boolean;
}

/** Text of a statement without comments, on one line. */
export function plainStatement(statement: string): string {
  return statement
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/(^|\s)(?:\/\/|#(?!include|import)).*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
