import type { ImportClause, LanguageRules } from './language.ts';

export const cSharp: LanguageRules = {
  grammar: 'c_sharp',
  query: `
(method_declaration name: (identifier) @name) @def.method
(local_function_statement name: (identifier) @name) @def.function
(constructor_declaration name: (identifier) @name) @def.constructor
(class_declaration name: (identifier) @name) @def.class
(record_declaration name: (identifier) @name) @def.class
(interface_declaration name: (identifier) @name) @def.interface
(struct_declaration name: (identifier) @name) @def.struct
(enum_declaration name: (identifier) @name) @def.enum
(delegate_declaration name: (identifier) @name) @def.type
(namespace_declaration name: (_) @name) @def.module
(property_declaration name: (identifier) @name) @def.property
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @def.property
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @def.property
(comment) @lead
(using_directive) @import
(invocation_expression function: (identifier) @call)
(invocation_expression function: (generic_name (identifier) @call))
(invocation_expression function: (member_access_expression name: (identifier) @call))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @call)))
(invocation_expression function: (conditional_access_expression (member_binding_expression name: (identifier) @call)))
(object_creation_expression type: (identifier) @new)
(object_creation_expression type: (generic_name (identifier) @new))
(base_list (identifier) @type)
(base_list (generic_name (identifier) @type))
(parameter type: (identifier) @type)
(variable_declaration type: (identifier) @type)
(method_declaration returns: (identifier) @type)
(property_declaration type: (identifier) @type)
(generic_name (identifier) @type)
(type_argument_list (identifier) @type)
(nullable_type (identifier) @type)
(array_type (identifier) @type)
(attribute name: (identifier) @type)
(argument (identifier) @read)
(member_access_expression expression: (identifier) @read)
(return_statement (identifier) @read)
(assignment_expression right: (identifier) @read)
(binary_expression (identifier) @read)
`,
  imports: importsOf,
  isExported: ({ prefix }) => /\b(?:public|protected|internal)\b/.test(prefix),
};

/** A namespace, or what an alias stands for. */
function importsOf(statement: string): ImportClause[] {
  const specifier = /^(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?([\w.]+)/.exec(statement)?.[1];
  return specifier === undefined ? [] : [{ specifier, names: [] }];
}
