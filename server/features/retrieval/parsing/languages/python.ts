import { plainStatement, type ImportClause, type LanguageRules } from './language.ts';

export const python: LanguageRules = {
  grammar: 'python',
  query: `
(function_definition name: (identifier) @name) @def.function
(class_definition name: (identifier) @name) @def.class
(module (expression_statement (assignment left: (identifier) @name)) @def.variable)
(class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @def.property))
(type_alias_statement left: (type (identifier) @name)) @def.type
(comment) @lead
(decorator) @lead
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import
(call function: (identifier) @call)
(call function: (attribute attribute: (identifier) @call))
(decorator (identifier) @call)
(decorator (attribute attribute: (identifier) @call))
(type (identifier) @type)
(type (_ (type (identifier) @type)))
(class_definition superclasses: (argument_list (identifier) @type))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @type)))
(except_clause (identifier) @type)
(argument_list (identifier) @read)
(keyword_argument value: (identifier) @read)
(assignment right: (identifier) @read)
(return_statement (identifier) @read)
(expression_list (identifier) @read)
(list (identifier) @read)
(tuple (identifier) @read)
(set (identifier) @read)
(pair value: (identifier) @read)
(attribute object: (identifier) @read)
(subscript value: (identifier) @read)
(default_parameter value: (identifier) @read)
(typed_default_parameter value: (identifier) @read)
(comparison_operator (identifier) @read)
(binary_operator (identifier) @read)
(boolean_operator (identifier) @read)
(not_operator (identifier) @read)
(conditional_expression (identifier) @read)
(interpolation (identifier) @read)
(for_statement right: (identifier) @read)
(if_statement condition: (identifier) @read)
(raise_statement (identifier) @read)
`,
  imports: importsOf,
  isExported: ({ name }) => !name.startsWith('_') || /^__\w+__$/.test(name),
};

/** `import a.b, c as d` is one clause a module; `from .a import b as c` one with its names. */
function importsOf(statement: string): ImportClause[] {
  const text = plainStatement(statement.replaceAll('\\\n', ' '));
  const from = /^from\s+(\S+)\s+import\s+(.*)$/.exec(text);
  if (from === null) {
    return partsOf(text.replace(/^import\s+/, '')).map((specifier) => ({ specifier, names: [] }));
  }
  const [, specifier = '', clause = ''] = from;
  const names = partsOf(clause.replace(/[()]/g, ''));
  return [{ specifier, names: names.includes('*') ? [] : names }];
}

function partsOf(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/\s+as\s+\w+$/, ''))
    .filter((part) => part !== '');
}
