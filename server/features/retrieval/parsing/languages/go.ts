import type { ImportClause, LanguageRules } from './language.ts';

export const go: LanguageRules = {
  grammar: 'go',
  query: `
(function_declaration name: (identifier) @name) @def.function
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (type_identifier) @owner
  (generic_type type: (type_identifier) @owner)
  (pointer_type (type_identifier) @owner)
  (pointer_type (generic_type type: (type_identifier) @owner))
])) name: (field_identifier) @name) @def.method
(type_declaration (type_spec name: (type_identifier) @name type: (struct_type)) @def.struct)
(type_declaration (type_spec name: (type_identifier) @name type: (interface_type)) @def.interface)
(type_declaration (type_spec name: (type_identifier) @name) @def.type)
(type_declaration (type_alias name: (type_identifier) @name) @def.type)
(source_file (const_declaration (const_spec name: (identifier) @name) @def.constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @def.variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @def.variable)))
(method_elem name: (field_identifier) @name) @def.property
(comment) @lead
(import_declaration) @import
(call_expression function: (identifier) @call)
(call_expression function: (selector_expression field: (field_identifier) @call))
(composite_literal type: (type_identifier) @new)
(composite_literal type: (qualified_type name: (type_identifier) @new))
(type_identifier) @type
(argument_list (identifier) @read)
(expression_list (identifier) @read)
(literal_element (identifier) @read)
(selector_expression operand: (identifier) @read)
(binary_expression (identifier) @read)
(unary_expression (identifier) @read)
(index_expression (identifier) @read)
`,
  imports: importsOf,
  isExported: ({ name }) => /^\p{Lu}/u.test(name),
};

/** One clause for each path of a declaration; Go imports packages whole. */
function importsOf(statement: string): ImportClause[] {
  const text = statement.replace(/\/\/.*$/gm, '');
  return [...text.matchAll(/["`]([^"`\n]+)["`]/g)].map(([, specifier = '']) => ({ specifier, names: [] }));
}
