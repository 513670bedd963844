import { plainStatement, type ImportClause, type LanguageRules } from './language.ts';

export const php: LanguageRules = {
  grammar: 'php',
  query: `
(function_definition name: (name) @name) @def.function
(method_declaration name: (name) @name) @def.method
(class_declaration name: (name) @name) @def.class
(interface_declaration name: (name) @name) @def.interface
(trait_declaration name: (name) @name) @def.trait
(enum_declaration name: (name) @name) @def.enum
(const_declaration (const_element (name) @name)) @def.constant
(property_declaration (property_element name: (variable_name (name) @name))) @def.property
(comment) @lead
(attribute_list) @lead
(namespace_use_declaration) @import
[(require_expression) (require_once_expression) (include_expression) (include_once_expression)] @import
(function_call_expression function: (name) @call)
(function_call_expression function: (qualified_name (name) @call))
(member_call_expression name: (name) @call)
(nullsafe_member_call_expression name: (name) @call)
(scoped_call_expression name: (name) @call)
(scoped_call_expression scope: (name) @type)
(class_constant_access_expression . (name) @type)
(object_creation_expression (name) @new)
(object_creation_expression (qualified_name (name) @new))
(named_type (name) @type)
(named_type (qualified_name (name) @type))
(base_clause (name) @type)
(class_interface_clause (name) @type)
(use_declaration (name) @type)
(argument (name) @read)
`,
  imports: importsOf,
  isExported: ({ prefix }) => !/\b(?:private|protected)\b/.test(prefix),
};

/** `use A\B\{C, D as E}` is one clause a class, named by its whole path; `require 'x'` is its path. */
function importsOf(statement: string): ImportClause[] {
  const text = plainStatement(statement);
  if (!text.startsWith('use')) {
    const path = /['"]([^'"]+)['"]/.exec(text)?.[1];
    return path === undefined ? [] : [{ specifier: path.replace(/^\//, './'), names: [] }];
  }
  const [, , list = ''] = /^use\s+(function\s+|const\s+)?(.*?);?$/.exec(text) ?? [];
  const group = /^(.*?)\{(.*)\}$/.exec(list);
  const parts = (group?.[2] ?? list).split(',').map((part) => part.trim().replace(/\s+as\s+\w+$/i, ''));
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const specifier = ((group?.[1] ?? '') + part).replace(/^\\/, '');
      return { specifier, names: [specifier.slice(specifier.lastIndexOf('\\') + 1)] };
    });
}
