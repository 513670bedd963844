export interface Import {
  specifier: string;
  /** Counted from 1. */
  line: number;
  /** `import type` and `export type`: erased before anything runs. */
  typeOnly: boolean;
}

/** Lists what a module imports: static and dynamic imports, re-exports and `import('...')` types. */
export function readImports(source: string): Import[] {
  const text = withoutComments(source);
  return [...text.matchAll(statement), ...text.matchAll(dynamic)]
    .map((match) => ({
      specifier: match.groups?.['specifier'] ?? '',
      line: text.slice(0, match.index + match[0].length).split('\n').length,
      typeOnly: match.groups?.['type'] !== undefined || isTypePosition(text, match.index),
    }))
    .filter(({ specifier }) => specifier !== '')
    .sort((a, b) => a.line - b.line);
}

// A static import or re-export begins a line and ends at the first string that follows `from` or stands alone.
const statement =
  /^(?:import|export)\b(?<type>\s+type\b(?!\s*(?:,|from\b)))?[^'"`;=]*?(?:\bfrom\s*)?(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/gm;

const dynamic = /\bimport\(\s*(?<quote>['"`])(?<specifier>[^'"`\n]+)\k<quote>\s*[,)]/g;

/** `typeof import('x')` and `: import('x').Name` name a type and load nothing. */
function isTypePosition(text: string, index: number): boolean {
  return text.startsWith('import(', index) && /(\btypeof\s+|[:<|&]\s*)$/.test(text.slice(0, index));
}

/** Blanks comments and keeps line numbers; strings and templates are left as they are. */
function withoutComments(source: string): string {
  return source.replace(
    /(?<kept>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[^])*`)|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (whole, kept: string | undefined) => kept ?? whole.replace(/[^\n]/g, ' '),
  );
}
