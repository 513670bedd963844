import type { ImportClause, LanguageRules } from './language.ts';

const definitions = `
(function_declaration name: (identifier) @name) @def.function
(generator_function_declaration name: (identifier) @name) @def.function
(method_definition name: (_) @name) @def.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @of) @def.function
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)] @of) @def.method
(assignment_expression left: (member_expression object: (_) @owner property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)] @of) @def.function
(program (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name)) @def.constant)
(program (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name)) @def.variable)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @def.variable)
(export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name)) @def.constant)
(export_statement declaration: (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name)) @def.variable)
(export_statement declaration: (variable_declaration (variable_declarator name: (identifier) @name)) @def.variable)
(comment) @lead
(decorator) @lead
(import_statement) @import
(export_statement source: (string)) @import
(call_expression function: (import)) @import
(export_specifier name: (identifier) @shared)
(export_statement value: (identifier) @shared)
(assignment_expression left: (member_expression property: (property_identifier) @key)
  right: [(identifier) @shared (object (shorthand_property_identifier) @shared)] (#eq? @key "exports"))
(assignment_expression left: (member_expression object: (identifier) @key) right: (identifier) @shared (#eq? @key "exports"))
`;

const uses = `
(call_expression function: (identifier) @call)
(call_expression function: (member_expression property: [(property_identifier) (private_property_identifier)] @call))
(new_expression constructor: (identifier) @new)
(new_expression constructor: (member_expression property: (property_identifier) @new))
(arguments (identifier) @read)
(array (identifier) @read)
(pair value: (identifier) @read)
(shorthand_property_identifier) @read
(variable_declarator value: (identifier) @read)
(assignment_expression right: (identifier) @read)
(return_statement (identifier) @read)
(member_expression object: (identifier) @read)
(spread_element (identifier) @read)
(template_substitution (identifier) @read)
(binary_expression (identifier) @read)
(unary_expression (identifier) @read)
(ternary_expression (identifier) @read)
(subscript_expression (identifier) @read)
(arrow_function body: (identifier) @read)
(assignment_pattern right: (identifier) @read)
(decorator (identifier) @read)
`;

const scriptOnly = `
(class_declaration name: (identifier) @name) @def.class
(class_heritage (identifier) @type)
(field_definition property: (_) @name value: [(arrow_function) (function_expression)] @of) @def.method
(field_definition property: (_) @name) @def.property
`;

const elements = `
((jsx_opening_element name: (identifier) @call) (#match? @call "^[A-Z_$]"))
((jsx_self_closing_element name: (identifier) @call) (#match? @call "^[A-Z_$]"))
(jsx_opening_element name: (member_expression property: (property_identifier) @call))
(jsx_self_closing_element name: (member_expression property: (property_identifier) @call))
(jsx_expression (identifier) @read)
`;

const types = `
(class_declaration name: (type_identifier) @name) @def.class
(abstract_class_declaration name: (type_identifier) @name) @def.class
(interface_declaration name: (type_identifier) @name) @def.interface
(type_alias_declaration name: (type_identifier) @name) @def.type
(enum_declaration name: (identifier) @name) @def.enum
(internal_module name: (_) @name) @def.module
(module name: (_) @name) @def.module
(function_signature name: (identifier) @name) @def.function
(abstract_method_signature name: (_) @name) @def.method
(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)] @of) @def.method
(public_field_definition name: (_) @name) @def.property
(extends_clause value: (identifier) @type)
(type_identifier) @type
(type_query (identifier) @type)
(non_null_expression (identifier) @read)
(as_expression (identifier) @read)
(satisfies_expression (identifier) @read)
`;

const script = {
  imports: importsOf,
  importCalls: new Set(['require']),
  membersFollow: true,
  isExported: ({ prefix }) => /\bexport\b|\bexports\.$/.test(prefix),
} satisfies Omit<LanguageRules, 'grammar' | 'query'>;

export const javascript: LanguageRules = {
  ...script,
  grammar: 'javascript',
  query: definitions + uses + elements + scriptOnly,
};
export const typescript: LanguageRules = {
  ...script,
  grammar: 'typescript',
  query: definitions + uses + types,
};
export const tsx: LanguageRules = {
  ...script,
  grammar: 'tsx',
  query: definitions + uses + types + elements,
};

const quoted = /(['"`])((?:(?!\1)[^\\\n]|\\.)*)\1/;

/** Of an import, a re-export, a dynamic import or a `require` with what it is bound to. */
function importsOf(statement: string): ImportClause[] {
  const text = statement.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, (comment) =>
    /['"]/.test(comment) ? '' : ' ',
  );
  const dynamic = /^(?:import|require)\s*\(/.test(text);
  const at = dynamic ? 0 : Math.max(text.search(/\brequire\s*\(/), text.search(/\bfrom\s*['"]/), 0);
  const specifier = quoted.exec(text.slice(at))?.[2];
  if (specifier === undefined) return [];
  if (dynamic) return [{ specifier, names: [] }];
  return [{ specifier, names: namesOf(text.slice(0, at)) }];
}

/** `Queue, { a, type b as c }` and `{ a: b }` of a binding. */
function namesOf(clause: string): string[] {
  const names: string[] = [];
  const braces = /\{([^}]*)\}/.exec(clause);
  for (const part of braces?.[1]?.split(',') ?? []) {
    const name = /^(?:type\s+)?([\w$]+)/.exec(part.trim())?.[1];
    if (name !== undefined) names.push(name);
  }
  const bound = /^import\s+(?:type\s+)?([\w$]+)\s*(?:,|$)/.exec(clause.trim());
  if (bound !== null && bound[1] !== 'type') names.unshift('default');
  return names;
}
