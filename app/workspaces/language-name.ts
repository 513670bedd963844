const NAMES: Record<string, string> = {
  c_sharp: 'C#',
  cpp: 'C++',
  css: 'CSS',
  csv: 'CSV',
  graphql: 'GraphQL',
  hcl: 'HCL',
  html: 'HTML',
  ini: 'INI',
  javascript: 'JavaScript',
  json: 'JSON',
  jsonl: 'JSON lines',
  objc: 'Objective-C',
  ocaml: 'OCaml',
  pdf: 'PDF',
  php: 'PHP',
  powershell: 'PowerShell',
  protobuf: 'Protocol Buffers',
  rst: 'reStructuredText',
  scss: 'SCSS',
  sql: 'SQL',
  toml: 'TOML',
  tsx: 'TSX',
  typescript: 'TypeScript',
  xml: 'XML',
  yaml: 'YAML',
};

/** How a language is called: `c_sharp` is C#. */
export function languageName(language: string): string {
  return NAMES[language] ?? language.charAt(0).toUpperCase() + language.slice(1);
}
