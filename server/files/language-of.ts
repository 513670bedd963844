/** File names that say it all. */
const NAMES: Record<string, string> = {
  dockerfile: 'dockerfile',
  containerfile: 'dockerfile',
  makefile: 'makefile',
  gnumakefile: 'makefile',
  'cmakelists.txt': 'cmake',
  gemfile: 'ruby',
  rakefile: 'ruby',
  podfile: 'ruby',
  vagrantfile: 'ruby',
  brewfile: 'ruby',
  jenkinsfile: 'groovy',
  'go.mod': 'text',
  'go.sum': 'text',
  'build.bazel': 'python',
  workspace: 'text',
  license: 'text',
  readme: 'text',
  changelog: 'text',
  authors: 'text',
  notice: 'text',
  copying: 'text',
  '.bashrc': 'shell',
  '.zshrc': 'shell',
  '.profile': 'shell',
  '.bash_profile': 'shell',
  '.gitignore': 'text',
  '.gitattributes': 'text',
  '.editorconfig': 'ini',
  '.npmrc': 'ini',
  '.env': 'ini',
  '.babelrc': 'json',
  '.prettierrc': 'json',
  '.eslintrc': 'json',
};

const EXTENSIONS: Record<string, string> = Object.fromEntries(
  Object.entries({
    typescript: 'ts mts cts',
    tsx: 'tsx',
    javascript: 'js mjs cjs jsx es6',
    python: 'py pyi pyw',
    go: 'go',
    rust: 'rs',
    java: 'java',
    kotlin: 'kt kts',
    scala: 'scala sc',
    groovy: 'groovy gradle',
    c: 'c h',
    cpp: 'cpp cc cxx c++ hpp hh hxx h++ ipp inl cu cuh',
    objc: 'm mm',
    metal: 'metal',
    c_sharp: 'cs csx',
    ruby: 'rb rake gemspec',
    php: 'php php5 phtml',
    swift: 'swift',
    dart: 'dart',
    vue: 'vue',
    svelte: 'svelte',
    css: 'css',
    scss: 'scss sass less',
    html: 'html htm xhtml',
    solidity: 'sol',
    elixir: 'ex exs',
    erlang: 'erl hrl',
    haskell: 'hs lhs',
    ocaml: 'ml mli',
    lua: 'lua',
    zig: 'zig',
    perl: 'pl pm',
    r: 'r',
    julia: 'jl',
    elisp: 'el',
    clojure: 'clj cljs cljc edn',
    sql: 'sql',
    shell: 'sh bash zsh ksh fish',
    powershell: 'ps1 psm1',
    graphql: 'graphql gql',
    protobuf: 'proto',
    hcl: 'tf hcl tfvars',
    nix: 'nix',
    cmake: 'cmake',
    makefile: 'mk',
    dockerfile: 'dockerfile',
    markdown: 'md markdown mdx mkd',
    rst: 'rst',
    text: 'txt text log adoc org tex',
    json: 'json jsonc json5 geojson webmanifest',
    jsonl: 'jsonl ndjson',
    yaml: 'yaml yml',
    toml: 'toml',
    ini: 'ini cfg conf properties',
    xml: 'xml xsd xsl svg plist',
    csv: 'csv tsv',
    diff: 'diff patch',
    notebook: 'ipynb',
    pdf: 'pdf',
  }).flatMap(([language, endings]) => endings.split(' ').map((ending) => [ending, language])),
);

/** Programs named after `#!`. */
const PROGRAMS: Record<string, string> = {
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  dash: 'shell',
  ksh: 'shell',
  fish: 'shell',
  python: 'python',
  pypy: 'python',
  node: 'javascript',
  nodejs: 'javascript',
  deno: 'typescript',
  bun: 'typescript',
  'ts-node': 'typescript',
  tsx: 'typescript',
  ruby: 'ruby',
  php: 'php',
  perl: 'perl',
  lua: 'lua',
  swift: 'swift',
  julia: 'julia',
  rscript: 'r',
  make: 'makefile',
};

/** The language of a file by its name, its ending, or the program in its first line. Null: not known. */
export function languageOf(path: string, text?: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const byName = own(NAMES, name) ?? (name.startsWith('dockerfile.') ? 'dockerfile' : undefined);
  if (byName !== undefined) return byName;
  const dot = name.lastIndexOf('.');
  const byEnding = dot < 0 ? undefined : own(EXTENSIONS, name.slice(dot + 1));
  if (byEnding === 'c' && name.endsWith('.h') && text !== undefined && isCpp(text)) return 'cpp';
  return byEnding ?? (text === undefined ? null : byFirstLine(text));
}

function byFirstLine(text: string): string | null {
  const line = /^#!\s*([^\n]{1,200})/.exec(text)?.[1];
  if (line === undefined) return null;
  const words = line.trim().split(/\s+/);
  const program = words.find((word) => !/\/env$|^-|=/.test(word)) ?? '';
  const bare = program
    .slice(program.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[\d.]+$/, '');
  return own(PROGRAMS, bare) ?? null;
}

/** A header says neither; words that C does not have do. */
function isCpp(text: string): boolean {
  return /^\s*(class|namespace|template\s*<|using\s+\w)|\b(public|private|protected):|\bstd::/m.test(text);
}

function own(table: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
