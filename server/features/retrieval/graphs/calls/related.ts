import { AppError } from '#server/kernel/errors.ts';
import { type FoundSymbol, symbolsOf, withoutIds } from '../../search/names/symbol-store.ts';
import type { ReadingPlace } from '../../search/question.ts';
import type { CallLink, ImportLink, Related } from '../contract.ts';
import {
  type CallRow,
  type FileNode,
  filesById,
  filesByPath,
  prepareCalls,
  prepareSymbols,
} from '../graph-store.ts';
import { type Import, importMap } from '../imports/import-map.ts';
import { type Binder, createBinder, isCallable } from './binder.ts';
import { testsOf } from './tests.ts';

export interface RelatedInput {
  path: string;
  /** From 1: the symbol there instead of the whole file. */
  line?: number | undefined;
}

const MOST_LINKS = 200;
/** Uses of one name that are looked at. */
const MOST_CALLS = 2000;

/** The lines of a file whose links are asked for. */
interface Scope {
  file: FileNode;
  symbol: FoundSymbol | undefined;
  line: number;
  endLine: number;
}

/** What a file, or the symbol at a line of it, has to do with others. Errors: not_found for a file that is not in the index. */
export function related({ index }: ReadingPlace, { path, line }: RelatedInput): Related {
  const file = filesByPath(index).get(path);
  if (file === undefined) throw new AppError('not_found', `${path} is not in the index.`);
  const symbols = symbolsOf(index, path);
  const scope = scopeOf(file, symbols, line);
  const imports = importMap(index);
  const bind = createBinder(index);
  const calledFrom = callsInto(index, { bind, scope, symbols });
  const calls = callsOut(index, bind, scope);
  const importedBy = imports.into.get(file.id) ?? [];
  const tests = testsOf(scope, { calledFrom, importedBy, files: filesByPath(index) });
  const lists = {
    imports: linksOf(imports.out.get(file.id), 'to'),
    imported_by: linksOf(importedBy, 'from'),
  };
  return {
    path,
    symbol: scope.symbol === undefined ? null : withoutIds(scope.symbol),
    imports: lists.imports.slice(0, MOST_LINKS),
    imported_by: lists.imported_by.slice(0, MOST_LINKS),
    tests: tests.slice(0, MOST_LINKS),
    called_from: calledFrom.slice(0, MOST_LINKS),
    calls: calls.slice(0, MOST_LINKS),
    truncated: [lists.imports, lists.imported_by, tests, calledFrom, calls].some(
      ({ length }) => length > MOST_LINKS,
    ),
  };
}

function scopeOf(file: FileNode, symbols: readonly FoundSymbol[], line: number | undefined): Scope {
  const around = symbols.filter((one) => line !== undefined && one.line <= line && line <= one.end_line);
  // A field has no calls of its own: what is meant is what it lies in.
  const symbol = around.filter(({ kind }) => kind !== 'property').at(-1) ?? around.at(-1);
  if (symbol === undefined) return { file, symbol, line: 1, endLine: Number.MAX_SAFE_INTEGER };
  return { file, symbol, line: symbol.line, endLine: symbol.end_line };
}

function isWithin({ file, line, endLine }: Scope, at: { fileId: number; line: number }): boolean {
  return at.fileId === file.id && line <= at.line && at.line <= endLine;
}

interface Asked {
  bind: Binder;
  scope: Scope;
  symbols: readonly FoundSymbol[];
}

function callsInto(index: ReadingPlace['index'], { bind, scope, symbols }: Asked): CallLink[] {
  const targets = symbols.filter((one) => isCallable(one) && isWithin(scope, one));
  const ids = new Set(targets.map(({ id }) => id));
  const calls = prepareCalls(index);
  const link = linker(index);
  const links: CallLink[] = [];
  for (const name of new Set(targets.map((one) => one.name))) {
    for (const call of calls.named(name, MOST_CALLS)) {
      if (isWithin(scope, call)) continue;
      const bound = bind(call.fileId, name).find(({ symbol }) => ids.has(symbol.id));
      if (bound !== undefined) links.push(link(call, bound));
    }
  }
  return surestFirst(links, filesByPath(index));
}

function callsOut(index: ReadingPlace['index'], bind: Binder, scope: Scope): CallLink[] {
  const link = linker(index);
  const links = new Map<number, CallLink>();
  for (const call of prepareCalls(index).within(scope.file.id, scope.line, scope.endLine)) {
    for (const bound of bind(call.fileId, call.name)) {
      if (isWithin(scope, bound.symbol) || links.has(bound.symbol.id)) continue;
      links.set(bound.symbol.id, link(call, bound));
    }
  }
  return surestFirst([...links.values()], filesByPath(index));
}

function linker(index: ReadingPlace['index']) {
  const files = filesById(index);
  const symbolById = prepareSymbols(index);
  return (call: CallRow, { symbol, certain }: ReturnType<Binder>[number]): CallLink => ({
    path: files.get(call.fileId)?.path ?? '',
    line: call.line,
    within: call.symbolId === null ? null : (symbolById(call.symbolId)?.name ?? null),
    name: symbol.name,
    to: { path: symbol.path, line: symbol.line },
    certain,
  });
}

/** Links of the program before those of its tests. */
function surestFirst(links: CallLink[], files: ReadonlyMap<string, FileNode>): CallLink[] {
  const isTest = ({ path }: CallLink) => Number(files.get(path)?.isTest === true);
  return links.sort(
    (a, b) =>
      Number(b.certain) - Number(a.certain) ||
      isTest(a) - isTest(b) ||
      a.path.localeCompare(b.path) ||
      a.line - b.line,
  );
}

/** One link a file, with the names of all its imports. */
function linksOf(imports: readonly Import[] = [], end: 'from' | 'to'): ImportLink[] {
  const links = new Map<string, ImportLink>();
  for (const one of imports) {
    const { path } = one[end];
    const known = links.get(path);
    if (known === undefined) links.set(path, { path, names: [...one.names], line: one.line });
    else known.names.push(...one.names.filter((name) => !known.names.includes(name)));
  }
  return [...links.values()];
}
