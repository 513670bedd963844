import { plainStatement, type ImportClause, type LanguageRules } from './language.ts';

export const solidity: LanguageRules = {
  grammar: 'solidity',
  query: `
(function_definition name: (identifier) @name) @def.function
(modifier_definition name: (identifier) @name) @def.function
(constructor_definition "constructor" @name) @def.constructor
(contract_declaration name: (identifier) @name) @def.class
(library_declaration name: (identifier) @name) @def.class
(interface_declaration name: (identifier) @name) @def.interface
(struct_declaration name: (identifier) @name) @def.struct
(enum_declaration name: (identifier) @name) @def.enum
(event_definition name: (identifier) @name) @def.property
(error_declaration name: (identifier) @name) @def.property
(state_variable_declaration name: (identifier) @name) @def.property
(comment) @lead
(import_directive) @import
(call_expression function: (expression (identifier) @call))
(call_expression function: (expression (member_expression property: (identifier) @call)))
(call_expression function: (expression (new_expression name: (type_name (user_defined_type (identifier) @new)))))
(emit_statement name: (expression (identifier) @call))
(modifier_invocation (identifier) @call)
(user_defined_type (identifier) @type)
(member_expression object: (identifier) @read)
(call_argument (expression (identifier) @read))
`,
  imports: importsOf,
  isExported: ({ prefix }) => !/\b(?:private|internal)\b/.test(prefix),
};

/** `import {A as B} from "x"` brings `A`. */
function importsOf(statement: string): ImportClause[] {
  const text = plainStatement(statement);
  const specifier = /["']([^"']+)["']/.exec(text)?.[1];
  if (specifier === undefined) return [];
  const names = /\{([^}]*)\}/.exec(text)?.[1]?.split(',') ?? [];
  return [{ specifier, names: names.map((name) => name.trim().replace(/\s+as\s+\w+$/, '')) }];
}
