import type { ReferenceEntry, SymbolEntry } from '../contract.ts';
import type { ReadingPlace } from '../question.ts';
import { createFileLines } from '../text/file-text.ts';
import { type FoundSymbol, importsOf, symbolsNamed, targetsOf, usesOf, withoutIds } from './symbol-store.ts';

export interface ReferencesInput {
  name: string;
  /** Where it is defined or used: then the symbol meant there, instead of all of that name. */
  path?: string | undefined;
  line?: number | undefined;
  limit: number;
}

export interface ReferencesAnswer {
  definitions: SymbolEntry[];
  references: ReferenceEntry[];
  truncated: boolean;
}

const MOST_DEFINITIONS = 100;
/** A line of minified text is not shown whole. UTF-16 units. */
const LONGEST_LINE = 400;

/** Where a name is defined and used. Certain: the file that uses it defines it or imports it from where it is defined. */
export async function references(
  { index, root }: ReadingPlace,
  { name: asked, path, line, limit }: ReferencesInput,
): Promise<ReferencesAnswer> {
  const name =
    asked
      .replace(/\(\)$/, '')
      .split(/\.|::|#|->/)
      .at(-1) ?? asked;
  const all = symbolsNamed(index, name, MOST_DEFINITIONS);
  const definitions = meant(all, { path, line, targets: path === undefined ? [] : targetsOf(index, path) });
  const certainIn = importersOf(index, definitions, name);
  const uses = usesOf(index, name, limit + 1);
  const lines = createFileLines(root);
  const found: ReferenceEntry[] = [];
  for (const { fileId, path, language, line, kind, within } of uses.slice(0, limit)) {
    const text = (await lines(path, language))?.lines[line - 1];
    if (text === undefined) continue;
    found.push({
      path,
      line,
      kind,
      within,
      text: text.slice(0, LONGEST_LINE),
      certain: certainIn.has(fileId),
    });
  }
  found.sort((a, b) => Number(b.certain) - Number(a.certain));
  return { definitions: definitions.map(withoutIds), references: found, truncated: uses.length > limit };
}

interface Place {
  path: string | undefined;
  line: number | undefined;
  /** What the file at the place imports. */
  targets: readonly string[];
}

/** Of several symbols of one name: the one at the place, in its file, in what it imports, or all. */
function meant(all: readonly FoundSymbol[], { path, line, targets }: Place): readonly FoundSymbol[] {
  if (path === undefined) return all;
  const here = all.filter((symbol) => symbol.path === path);
  const exact = here.filter((symbol) => symbol.line === line);
  if (exact.length > 0) return exact;
  if (here.length > 0) return here;
  const imported = all.filter((symbol) => targets.includes(symbol.path));
  return imported.length > 0 ? imported : all;
}

/** Files in which the name can only mean these definitions. */
function importersOf(
  index: ReadingPlace['index'],
  definitions: readonly FoundSymbol[],
  name: string,
): ReadonlySet<number> {
  const certain = new Set(definitions.map(({ fileId }) => fileId));
  for (const { fileId, names } of importsOf(index, [...new Set(definitions.map(({ path }) => path))])) {
    const brought: unknown = JSON.parse(names);
    const all = !Array.isArray(brought) || brought.length === 0;
    const owner = definitions.some(
      ({ container }) => !all && brought.includes(container?.split(' > ').at(-1)),
    );
    if (all || brought.includes(name) || brought.includes('*') || owner) certain.add(fileId);
  }
  return certain;
}
