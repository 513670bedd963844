import { familyOf } from '../calls/binder.ts';
import type { Unreferenced } from './unreferenced.ts';

/** What is known of the file: its lines, and which files others begin at. */
interface Surroundings {
  text: readonly string[];
  entries: ReadonlySet<string>;
}

/** Names that a language or a framework calls by itself. */
const CALLED_BY_NAME = new RegExp(
  [
    '^(?:main|Main|init|setup|setUp|tearDown|teardown|handler|default|app|application|lifespan|middleware|proxy)$',
    '^__.+__$',
    '^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$',
    '^(?:metadata|generateMetadata|generateStaticParams|generateViewport|viewport|revalidate|dynamic|dynamicParams|runtime)$',
    '^(?:getServerSideProps|getStaticProps|getStaticPaths|loader|action|meta|links|headers|ErrorBoundary|config)$',
    '^(?:render|componentDid\\w+|componentWillUnmount|shouldComponentUpdate|getDerivedStateFrom\\w+|ng[A-Z]\\w+)$',
    '^(?:toString|toJSON|valueOf|equals|hashCode|compareTo|clone|finalize|dispose|Dispose|String|Error|GoString)$',
    '^(?:visit|depart|do|test|pytest|on|handle)_\\w+|^(?:Test|Benchmark|Example|Fuzz)[A-Z_]\\w*$',
    '^(?:respond_to_missing\\?|method_missing|inherited|included|extended|up|down|change)$',
  ].join('|'),
);

/** Files that a framework or a tool reads by their names. */
const READ_BY_NAME = new RegExp(
  [
    '(?:^|/)(?:page|layout|template|loading|error|not-found|global-error|default|route|middleware|proxy|instrumentation)\\.[cm]?[jt]sx?$',
    '(?:^|/)(?:sitemap|robots|manifest|icon|apple-icon|opengraph-image|twitter-image)\\.[cm]?[jt]sx?$',
    '(?:^|/)(?:src/)?pages/.*\\.[jt]sx?$|(?:^|/)(?:src/)?routes/.*\\.(?:[jt]sx?|vue|svelte)$',
    '\\.config\\.[cm]?[jt]s$|\\.stories\\.[jt]sx?$|\\.d\\.ts$|\\.worker\\.[jt]s$|\\.(?:bench|setup|fixture)s?\\.[jt]sx?$',
    '(?:^|/)(?:conftest|setup|manage|wsgi|asgi|settings|urls|admin|models|migrations|noxfile|fabfile|tasks|gunicorn\\.conf)\\.py$',
    '(?:^|/)migrations?/|(?:^|/)(?:Gruntfile|gulpfile|Rakefile|build\\.rs)',
  ].join('|'),
);

const DEFAULT_EXPORT = /\bexport\s+default\b|\bmodule\.exports\s*=/;
const OVERRIDE = /\boverride\b|@Override\b/;
/** A class that extends or implements another, by language. */
const HERITAGE: Readonly<Record<string, RegExp>> = {
  python: /\bclass\s+\w+\s*\(\s*(?!object\s*\))[^)\s]/,
  ruby: /\bclass\s+\S+\s*</,
  rust: /\bimpl\b.*\bfor\b/,
  ...perLanguage(
    ['c_sharp', 'cpp', 'swift'],
    /\b(?:class|struct|interface|extension|enum)\b[^{]*:|\bextension\b/,
  ),
};
const OTHER_HERITAGE = /\b(?:extends|implements|with)\b/;

/** `@name`, `#[name]`, `[Name]` on a line of its own above a definition. */
const ANNOTATION = /^\s*(?:@[\w.]+|#\[|\[[A-Z]\w*[\](])/;
const PART_OF_ANNOTATION = /^\s*(?:[)\]}]|['"\w.]+\s*[=:,(]).*[,)(\]]?$/;
/** Lines between an annotation and the name it is about. */
const LINES_ABOVE = 12;

/** Why a symbol without a reference is no candidate; undefined when nothing speaks for it. */
export function isUsedByRules(one: Unreferenced, { text, entries }: Surroundings): string | undefined {
  const { symbol, file } = one;
  const line = text[symbol.line - 1] ?? '';
  if (!line.includes(symbol.name)) return 'whose file has changed since it was indexed';
  if (CALLED_BY_NAME.test(symbol.name)) return 'with a name that a language or framework calls';
  if (READ_BY_NAME.test(file.path)) return 'in a file that a framework reads by its name';
  if (entries.has(file.path) && symbol.exported === 1) return 'exported by an entry point of a package';
  if (DEFAULT_EXPORT.test(line)) return 'exported as the default of a file';
  if (OVERRIDE.test(line)) return 'that override another';
  if (isAnnotated(text, symbol.line)) return 'with a decorator or an annotation';
  const owner = isMember(symbol) ? ownerOf(one, text) : 'class';
  if (owner === 'heir') return 'in a class that another one calls';
  if (owner === 'object') return 'in an object that may be handed to others';
  if (isNested(one)) return 'inside of a function';
  return undefined;
}

function isAnnotated(text: readonly string[], line: number): boolean {
  const own = text[line - 1] ?? '';
  if (ANNOTATION.test(own)) return true;
  for (let above = line - 2; above >= 0 && above >= line - LINES_ABOVE; above -= 1) {
    const one = text[above] ?? '';
    if (ANNOTATION.test(one)) return true;
    if (!PART_OF_ANNOTATION.test(one)) return false;
  }
  return false;
}

function isMember({ kind, container }: Unreferenced['symbol']): boolean {
  return kind === 'method' || (container !== null && (kind === 'constant' || kind === 'variable'));
}

const TYPE_BEGINS = /\b(?:class|struct|interface|impl|extension|trait|object|protocol|enum)\b/;

/** What a member lies in: a class of its own, one that extends or implements another, or an object of a script. */
function ownerOf({ symbol, file }: Unreferenced, text: readonly string[]): 'class' | 'heir' | 'object' {
  const owner = symbol.container?.split(' > ').at(-1);
  const first = owner === undefined ? symbol.line : 0;
  for (let at = symbol.line - 2; at >= first; at -= 1) {
    const line = text[at] ?? '';
    if (!line.includes(owner ?? '') || !TYPE_BEGINS.test(line)) continue;
    const heritage = HERITAGE[file.language ?? ''] ?? OTHER_HERITAGE;
    return heritage.test(`${line} ${text[at + 1] ?? ''}`) ? 'heir' : 'class';
  }
  return familyOf(file) === 'script' ? 'object' : 'class';
}

/** What a function defines for itself is left to linters, which see its scope. */
function isNested({ symbol }: Unreferenced): boolean {
  return symbol.container !== null && symbol.exported === 0 && symbol.kind !== 'method';
}

function perLanguage(languages: readonly string[], pattern: RegExp): Record<string, RegExp> {
  return Object.fromEntries(languages.map((language) => [language, pattern]));
}
