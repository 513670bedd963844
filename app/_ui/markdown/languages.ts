/** The grammars that the highlighter can fetch: the keys of grammars.ts, which only its thread loads. */
const GRAMMARS = new Set(
  'bash c cmake cpp csharp css dart diff docker elixir go graphql haskell html ini java javascript json jsx julia kotlin latex lua make markdown objective-c php powershell python r ruby rust scala sql swift toml tsx typescript xml yaml zig'.split(
    ' ',
  ),
);

const ALIASES: Record<string, string> = {
  cc: 'cpp',
  'c++': 'cpp',
  console: 'bash',
  cs: 'csharp',
  cts: 'typescript',
  dockerfile: 'docker',
  ex: 'elixir',
  exs: 'elixir',
  gql: 'graphql',
  h: 'c',
  hpp: 'cpp',
  hs: 'haskell',
  htm: 'html',
  jl: 'julia',
  js: 'javascript',
  json5: 'json',
  jsonc: 'json',
  jsonl: 'json',
  kt: 'kotlin',
  makefile: 'make',
  md: 'markdown',
  mjs: 'javascript',
  mts: 'typescript',
  objc: 'objective-c',
  patch: 'diff',
  ps1: 'powershell',
  py: 'python',
  python3: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'bash',
  shell: 'bash',
  shellscript: 'bash',
  svg: 'xml',
  tex: 'latex',
  ts: 'typescript',
  vue: 'html',
  yml: 'yaml',
  zsh: 'bash',
};

const NAMES: Record<string, string> = {
  bash: 'Shell',
  c: 'C',
  cmake: 'CMake',
  cpp: 'C++',
  csharp: 'C#',
  css: 'CSS',
  docker: 'Dockerfile',
  graphql: 'GraphQL',
  html: 'HTML',
  ini: 'INI',
  javascript: 'JavaScript',
  json: 'JSON',
  jsx: 'JSX',
  latex: 'LaTeX',
  make: 'Makefile',
  'objective-c': 'Objective-C',
  php: 'PHP',
  powershell: 'PowerShell',
  sql: 'SQL',
  toml: 'TOML',
  tsx: 'TSX',
  typescript: 'TypeScript',
  xml: 'XML',
  yaml: 'YAML',
};

/** The grammar a fence's language stands for, or null when there is none. */
export function grammarOf(language: string): string | null {
  const id = language.toLowerCase();
  const grammar = Object.hasOwn(ALIASES, id) ? ALIASES[id] : id;
  return grammar !== undefined && GRAMMARS.has(grammar) ? grammar : null;
}

/** The language as people write it. */
export function languageName(language: string): string {
  const grammar = grammarOf(language);
  if (grammar === null)
    return language.toLowerCase() === 'mermaid' ? 'Mermaid' : language.slice(0, 40) || 'Text';
  return NAMES[grammar] ?? (grammar[0] ?? '').toUpperCase() + grammar.slice(1);
}
