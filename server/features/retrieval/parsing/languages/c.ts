import type { ImportClause, LanguageRules } from './language.ts';

const shared = `
(function_definition declarator: (function_declarator declarator: (identifier) @name)) @def.function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))) @def.function
(function_definition declarator: (pointer_declarator declarator: (pointer_declarator
  declarator: (function_declarator declarator: (identifier) @name)))) @def.function
(struct_specifier name: (type_identifier) @name body: (_)) @def.struct
(union_specifier name: (type_identifier) @name body: (_)) @def.struct
(enum_specifier name: (type_identifier) @name body: (_)) @def.enum
(type_definition declarator: (type_identifier) @name) @def.type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @def.type
(preproc_def name: (identifier) @name) @def.macro
(preproc_function_def name: (identifier) @name) @def.macro
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @def.variable)
(translation_unit (declaration declarator: (init_declarator declarator: (array_declarator declarator: (identifier) @name))) @def.variable)
(comment) @lead
(preproc_include) @import
(call_expression function: (identifier) @call)
(call_expression function: (field_expression field: (field_identifier) @call))
(type_identifier) @type
(argument_list (identifier) @read)
(init_declarator value: (identifier) @read)
(initializer_list (identifier) @read)
(initializer_pair value: (identifier) @read)
(assignment_expression right: (identifier) @read)
(return_statement (identifier) @read)
(binary_expression (identifier) @read)
(pointer_expression argument: (identifier) @read)
(subscript_expression argument: (identifier) @read)
(field_expression argument: (identifier) @read)
`;

const classes = `
(class_specifier name: (type_identifier) @name body: (_)) @def.class
(namespace_definition name: (_) @name) @def.module
(alias_declaration name: (type_identifier) @name) @def.type
(concept_definition name: (identifier) @name) @def.type
(function_definition declarator: (function_declarator declarator: (field_identifier) @name)) @def.method
(function_definition declarator: (function_declarator declarator: (destructor_name) @name)) @def.method
(function_definition declarator: (function_declarator declarator: (operator_name) @name)) @def.method
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name))) @def.function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))) @def.method
(function_definition declarator: (function_declarator declarator: (qualified_identifier) @name)) @def.method
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier) @name))) @def.method
(using_declaration) @lead
(call_expression function: (qualified_identifier name: (identifier) @call))
(call_expression function: (qualified_identifier name: (qualified_identifier name: (identifier) @call)))
(call_expression function: (template_function name: (identifier) @call))
(new_expression type: (type_identifier) @new)
(new_expression type: (template_type name: (type_identifier) @new))
`;

const rules = {
  imports: importsOf,
  isExported: ({ prefix }) => !/\bstatic\b/.test(prefix),
} satisfies Omit<LanguageRules, 'grammar' | 'query'>;

export const c: LanguageRules = { ...rules, grammar: 'c', query: shared };
export const cpp: LanguageRules = { ...rules, grammar: 'cpp', query: shared + classes };

/** The path with its quotes or angle brackets left out; both are looked for beside the file and below include folders. */
function importsOf(statement: string): ImportClause[] {
  const specifier = /["<]([^">\n]+)[">]/.exec(statement)?.[1];
  return specifier === undefined ? [] : [{ specifier, names: [] }];
}
