import { plainStatement, type ImportClause, type LanguageRules } from './language.ts';

export const rust: LanguageRules = {
  grammar: 'rust',
  query: `
(function_item name: (identifier) @name) @def.function
(function_signature_item name: (identifier) @name) @def.method
(struct_item name: (type_identifier) @name) @def.struct
(union_item name: (type_identifier) @name) @def.struct
(enum_item name: (type_identifier) @name) @def.enum
(trait_item name: (type_identifier) @name) @def.trait
(type_item name: (type_identifier) @name) @def.type
(impl_item type: [(type_identifier) @name (generic_type type: (type_identifier) @name)
  (scoped_type_identifier name: (type_identifier) @name)]) @def.scope
(mod_item name: (identifier) @name body: (_)) @def.module
(mod_item name: (identifier) !body) @import
(source_file (const_item name: (identifier) @name) @def.constant)
(source_file (static_item name: (identifier) @name) @def.constant)
(mod_item body: (declaration_list (const_item name: (identifier) @name) @def.constant))
(impl_item body: (declaration_list (const_item name: (identifier) @name) @def.constant))
(macro_definition name: (identifier) @name) @def.macro
[(line_comment) (block_comment) (attribute_item)] @lead
(use_declaration) @import
(call_expression function: (identifier) @call)
(call_expression function: (scoped_identifier name: (identifier) @call))
(call_expression function: (field_expression field: (field_identifier) @call))
(call_expression function: (generic_function function: (identifier) @call))
(call_expression function: (generic_function function: (scoped_identifier name: (identifier) @call)))
(call_expression function: (generic_function function: (field_expression field: (field_identifier) @call)))
(macro_invocation macro: (identifier) @call)
(struct_expression name: (type_identifier) @new)
(type_identifier) @type
(scoped_identifier path: (identifier) @read)
(arguments (identifier) @read)
(let_declaration value: (identifier) @read)
(field_initializer value: (identifier) @read)
(binary_expression (identifier) @read)
(reference_expression (identifier) @read)
(return_expression (identifier) @read)
(token_tree (identifier) @read)
`,
  imports: importsOf,
  isExported: ({ prefix }) => /\bpub\b/.test(prefix),
};

/** `use a::{b, c::{d as e}}` is one clause for `a` and one for `a::c`; `mod words;` is `self::words`. */
function importsOf(statement: string): ImportClause[] {
  const text = plainStatement(statement).replace(/^(?:#\[[^\]]*\]\s*)*(?:pub(?:\s*\([^)]*\))?\s+)?/, '');
  const module = /^mod\s+(\w+)/.exec(text)?.[1];
  if (module !== undefined) return [{ specifier: `self::${module}`, names: [] }];
  const clauses = new Map<string, string[]>();
  expand(text.replace(/^use\s+/, '').replace(/;$/, ''), '', clauses);
  return [...clauses].map(([specifier, names]) => ({ specifier, names: names.includes('*') ? [] : names }));
}

function expand(tree: string, prefix: string, clauses: Map<string, string[]>): void {
  for (const part of topLevelParts(tree)) {
    const brace = part.indexOf('{');
    if (brace >= 0) {
      expand(part.slice(brace + 1, part.lastIndexOf('}')), prefix + part.slice(0, brace).trim(), clauses);
      continue;
    }
    const path = (prefix + part).replace(/\s+as\s+\w+$/, '').trim();
    const at = path.lastIndexOf('::');
    const specifier = at < 0 ? path : path.slice(0, at);
    const names = clauses.get(specifier) ?? [];
    const name = path.slice(at + 2);
    if (at >= 0 && name !== 'self') names.push(name);
    clauses.set(specifier, names);
  }
}

function topLevelParts(tree: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index <= tree.length; index += 1) {
    const character = tree[index];
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (index === tree.length || (character === ',' && depth === 0)) {
      const part = tree.slice(from, index).trim();
      if (part !== '') parts.push(part);
      from = index + 1;
    }
  }
  return parts;
}
