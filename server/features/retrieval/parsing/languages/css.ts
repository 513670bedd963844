import type { ImportClause, LanguageRules } from './language.ts';

export const css: LanguageRules = {
  grammar: 'css',
  query: `
(rule_set (selectors) @name) @def.rule
(keyframes_statement (keyframes_name) @name) @def.rule
(comment) @lead
(import_statement) @import
`,
  imports: importsOf,
  isExported: () => true,
};

function importsOf(statement: string): ImportClause[] {
  const specifier = /['"]([^'"]+)['"]|url\(\s*([^'")\s]+)/.exec(statement);
  const path = specifier?.[1] ?? specifier?.[2];
  return path === undefined ? [] : [{ specifier: path, names: [] }];
}
