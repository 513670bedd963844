import type { ImportClause, LanguageRules } from './language.ts';

export const java: LanguageRules = {
  grammar: 'java',
  query: `
(method_declaration name: (identifier) @name) @def.method
(constructor_declaration name: (identifier) @name) @def.constructor
(compact_constructor_declaration name: (identifier) @name) @def.constructor
(class_declaration name: (identifier) @name) @def.class
(record_declaration name: (identifier) @name) @def.class
(interface_declaration name: (identifier) @name) @def.interface
(annotation_type_declaration name: (identifier) @name) @def.interface
(enum_declaration name: (identifier) @name) @def.enum
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @def.property
[(line_comment) (block_comment)] @lead
(import_declaration) @import
(method_invocation name: (identifier) @call)
(method_reference (_) (identifier) @read)
(object_creation_expression type: (type_identifier) @new)
(object_creation_expression type: (generic_type (type_identifier) @new))
(type_identifier) @type
(marker_annotation name: (identifier) @type)
(annotation name: (identifier) @type)
(method_invocation object: (identifier) @read)
(field_access object: (identifier) @read)
(argument_list (identifier) @read)
(return_statement (identifier) @read)
(variable_declarator value: (identifier) @read)
(binary_expression (identifier) @read)
(assignment_expression right: (identifier) @read)
`,
  imports: importsOf,
  isExported: ({ prefix }) => /\b(?:public|protected)\b/.test(prefix),
};

/** `import a.b.C` brings `C` of `a.b`; a `static` import brings a member of a class. */
function importsOf(statement: string): ImportClause[] {
  const path = /^import\s+(?:static\s+)?(\w+(?:\.\w+)*)(\.\*)?/.exec(statement);
  if (path === null) return [];
  const [, full = '', all] = path;
  return [{ specifier: full, names: all === undefined ? [full.slice(full.lastIndexOf('.') + 1)] : [] }];
}
