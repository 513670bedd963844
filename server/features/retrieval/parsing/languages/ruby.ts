import type { ImportClause, LanguageRules } from './language.ts';

export const ruby: LanguageRules = {
  grammar: 'ruby',
  query: `
(method name: (_) @name) @def.function
(singleton_method name: (_) @name) @def.method
(class name: (_) @name) @def.class
(module name: (_) @name) @def.module
(assignment left: (constant) @name) @def.constant
(comment) @lead
(call method: (identifier) @call)
(call receiver: (constant) @new method: (identifier) @key (#eq? @key "new"))
(superclass (constant) @type)
(superclass (scope_resolution name: (constant) @type))
(argument_list (constant) @type)
(call receiver: (constant) @type)
(scope_resolution name: (constant) @type)
(argument_list (identifier) @read)
(body_statement (identifier) @read)
(assignment right: (identifier) @read)
(binary (identifier) @read)
`,
  nameAt: /[\w\x80-\uffff]+[!?]?/y,
  imports: importsOf,
  importCalls: new Set(['require', 'require_relative', 'load', 'autoload']),
  isExported: () => true,
};

/** `require_relative 'a'` is `./a`. */
function importsOf(statement: string): ImportClause[] {
  const call = /^(\w+)[^'"]*['"]([^'"\n#]+)['"]/.exec(statement);
  if (call === null) return [];
  const [, method, path = ''] = call;
  const relative = method === 'require_relative' && !path.startsWith('.');
  return [{ specifier: relative ? `./${path}` : path, names: [] }];
}
