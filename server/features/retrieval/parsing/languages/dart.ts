import { plainStatement, type ImportClause, type LanguageRules } from './language.ts';

export const dart: LanguageRules = {
  grammar: 'dart',
  query: `
(program (function_signature name: (identifier) @name) @def.function)
(program (getter_signature name: (identifier) @name) @def.function)
(method_signature (function_signature name: (identifier) @name)) @def.method
(method_signature (getter_signature name: (identifier) @name)) @def.method
(method_signature (setter_signature name: (identifier) @name)) @def.method
(method_signature (constructor_signature . name: (identifier) @name)) @def.constructor
(method_signature (factory_constructor_signature . (identifier) @name)) @def.constructor
(declaration (constructor_signature . name: (identifier) @name)) @def.constructor
(declaration (function_signature name: (identifier) @name)) @def.property
(declaration (initialized_identifier_list (initialized_identifier (identifier) @name))) @def.property
(class_definition name: (identifier) @name) @def.class
(mixin_declaration (identifier) @name) @def.class
(extension_declaration name: (identifier) @name) @def.class
(enum_declaration name: (identifier) @name) @def.enum
(type_alias (type_identifier) @name) @def.type
(program (static_final_declaration_list (static_final_declaration (identifier) @name)) @def.constant)
[(comment) (documentation_comment)] @lead
(import_or_export) @import
((identifier) @call . (selector (argument_part)))
(selector (unconditional_assignable_selector (identifier) @call))
(type_identifier) @type
(argument (identifier) @read)
`,
  bodyFollows: true,
  imports: importsOf,
  isExported: ({ name }) => !name.startsWith('_'),
};

/** The URI, with the names that `show` lets through. */
function importsOf(statement: string): ImportClause[] {
  const text = plainStatement(statement);
  const specifier = /['"]([^'"]+)['"]/.exec(text)?.[1];
  if (specifier === undefined) return [];
  const shown = /\bshow\s+([\w\s,]+?)(?:\s+hide\b|;|$)/.exec(text)?.[1];
  return [{ specifier, names: shown?.split(',').map((name) => name.trim()) ?? [] }];
}
