import type { ImportClause, LanguageRules } from './language.ts';

export const swift: LanguageRules = {
  grammar: 'swift',
  unoptimized: true,
  query: `
(function_declaration name: (simple_identifier) @name) @def.function
(init_declaration "init" @name) @def.constructor
(protocol_function_declaration name: (simple_identifier) @name) @def.property
(class_declaration declaration_kind: "class" name: (type_identifier) @name) @def.class
(class_declaration declaration_kind: "actor" name: (type_identifier) @name) @def.class
(class_declaration declaration_kind: "struct" name: (type_identifier) @name) @def.struct
(class_declaration declaration_kind: "enum" name: (type_identifier) @name) @def.enum
(class_declaration declaration_kind: "extension" name: (user_type (type_identifier) @name)) @def.scope
(protocol_declaration name: (type_identifier) @name) @def.interface
(typealias_declaration name: (type_identifier) @name) @def.type
(source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @def.constant)
(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @def.property)
[(comment) (multiline_comment)] @lead
(import_declaration) @import
(call_expression (simple_identifier) @call)
(call_expression (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @call)))
(user_type (type_identifier) @type)
(value_argument value: (simple_identifier) @read)
(navigation_expression target: (simple_identifier) @read)
(control_transfer_statement result: (simple_identifier) @read)
`,
  imports: importsOf,
  isExported: ({ prefix }) => !/\b(?:private|fileprivate)\b/.test(prefix),
};

/** The module; of `import struct A.B` also what it brings. */
function importsOf(statement: string): ImportClause[] {
  const [, kind, path = ''] =
    /import\s+(?:(struct|class|enum|protocol|func|var|let|typealias)\s+)?([\w.]+)/.exec(statement) ?? [];
  if (path === '') return [];
  if (kind === undefined) return [{ specifier: path, names: [] }];
  const at = path.lastIndexOf('.');
  return [{ specifier: path.slice(0, at), names: [path.slice(at + 1)] }];
}
