import type { ChunkKind } from '../search/contract.ts';
import type { Definition } from './definition.ts';
import { isEmptyLine, LONGEST_CHUNK, splitRows, trimRows, type Rows } from './lines.ts';
import { isClassLike, isFunctionLike, type Nest } from './nesting.ts';
import type { ParsedChunk } from './parsed-file.ts';

/** Levels that are opened; what lies deeper is cut by lines. */
const DEEPEST = 20;
/** A table or an object that is as long as this is a chunk of its own. Lines. */
const LONG_CONSTANT = 6;
const LONG_INNER_FUNCTION = 4;
/** A line like `impl Store {` belongs to what follows it. */
const SHORT_OPENING = 2;

/**
 * A file cut along its definitions: functions and methods with the comment above them, classes without their
 * methods, and what lies between. Every line that says something is in exactly one chunk.
 */
export function chunksOf(path: string, lines: readonly string[], roots: readonly Nest[]): ParsedChunk[] {
  const cutting: Cutting = { path, lines, chunks: [] };
  cut(cutting, { rows: { from: 0, to: lines.length - 1 }, holder: null, children: roots, depth: 0 });
  return cutting.chunks;
}

interface Cutting {
  path: string;
  lines: readonly string[];
  chunks: ParsedChunk[];
}

interface Region {
  rows: Rows;
  /** What lies around the rows; null: the file. */
  holder: Nest | null;
  children: readonly Nest[];
  depth: number;
}

function cut(cutting: Cutting, { rows, holder, children, depth }: Region): void {
  let next = rows.from;
  for (const child of children) {
    if (!isUnit(child.definition, holder)) continue;
    let from = Math.max(child.definition.from, next);
    if (from > child.definition.to) continue;
    const gap = { from: next, to: from - 1 };
    if (isOpening(cutting.lines, gap, holder)) from = trimRows(cutting.lines, gap)?.from ?? from;
    else addGap(cutting, gap, holder);
    addUnit(cutting, { child, from, depth });
    next = child.definition.to + 1;
  }
  addGap(cutting, { from: next, to: rows.to }, holder);
}

/** Whether a definition is a chunk of its own where it lies. */
function isUnit(definition: Definition, holder: Nest | null): boolean {
  const { from, to, nameRow, kind } = definition;
  const length = to - nameRow + 1;
  if (kind === 'module' || kind === 'scope' || isClassLike(definition)) return to > from;
  if (kind === 'type' || kind === 'macro') return to > from;
  if (kind === 'constant' || kind === 'variable') return length >= LONG_CONSTANT;
  if (!isFunctionLike(definition)) return false;
  if (holder === null) return true;
  return isClassLike(holder.definition) ? length > 1 : length >= LONG_INNER_FUNCTION;
}

function addUnit(
  cutting: Cutting,
  { child, from, depth }: { child: Nest; from: number; depth: number },
): void {
  const { definition, children } = child;
  const rows = { from, to: definition.to };
  const holds = isClassLike(definition) || definition.kind === 'module';
  const long = rows.to - rows.from + 1 > LONGEST_CHUNK;
  const opened =
    depth < DEEPEST && (holds || long) && children.some((inner) => isUnit(inner.definition, child));
  if (opened) cut(cutting, { rows, holder: child, children, depth: depth + 1 });
  else addPieces(cutting, rows, child);
}

function addGap(cutting: Cutting, gap: Rows, holder: Nest | null): void {
  let { to } = gap;
  while (to >= gap.from && isEmptyLine(cutting.lines[to] ?? '')) to -= 1;
  if (gap.from <= to) addPieces(cutting, { from: gap.from, to }, holder);
}

function isOpening(lines: readonly string[], gap: Rows, holder: Nest | null): boolean {
  const kind = holder?.definition.kind;
  if (kind !== 'scope' && kind !== 'module') return false;
  const said = lines.slice(gap.from, gap.to + 1).filter((line) => !isEmptyLine(line));
  return said.length > 0 && said.length <= SHORT_OPENING;
}

function addPieces({ path, lines, chunks }: Cutting, rows: Rows, around: Nest | null): void {
  const definition = around?.definition;
  const kind = kindOf(definition);
  const container = around === null || around.around.length === 0 ? null : around.around.join(' > ');
  const { name = null, signature = null } = definition ?? {};
  const header = [
    path,
    ...(container === null ? [] : [container]),
    ...(signature === null ? [] : [signature]),
  ].join(' > ');
  for (const { from, to } of splitRows(lines, rows)) {
    const text = lines.slice(from, to + 1).join('\n');
    chunks.push({ kind, name, container, signature, header, line: from + 1, endLine: to + 1, text });
  }
}

/** What is not named here is a kind of class. */
const KINDS: Partial<Record<Definition['kind'], ChunkKind>> = {
  ...{ function: 'function', macro: 'function', method: 'method', constructor: 'method' },
  ...{ module: 'module', constant: 'module', variable: 'module' },
};

function kindOf(definition: Definition | undefined): ChunkKind {
  return definition === undefined ? 'module' : (KINDS[definition.kind] ?? 'class');
}
