import type { Node, QueryMatch } from 'web-tree-sitter';
import { definitionOf, replaces, type Definition } from './definition.ts';
import type { LanguageRules } from './languages/language.ts';
import type { ParsedImport, ParsedReference } from './parsed-file.ts';

export interface Outline {
  /** Outer before inner. */
  definitions: Definition[];
  references: ParsedReference[];
  imports: ParsedImport[];
}

interface Use extends ParsedReference {
  index: number;
}

interface Reading {
  text: string;
  rules: LanguageRules;
  definitions: Map<number, Definition>;
  uses: Use[];
  imports: ParsedImport[];
  /** Names that a file's own scope binds by its imports. */
  bound: Set<string>;
  shared: Set<string>;
  /** Last row of a comment or annotation that begins its line, to its first row. */
  leads: Map<number, number>;
}

/** What the matches of a language's query in one file amount to. */
export function outlineOf(text: string, matches: readonly QueryMatch[], rules: LanguageRules): Outline {
  const reading: Reading = {
    ...{ text, rules, definitions: new Map(), uses: [], imports: [] },
    ...{ bound: new Set(), shared: new Set(), leads: new Map() },
  };
  for (const match of matches) take(reading, match);
  const definitions = [...reading.definitions.values()].toSorted(
    (a, b) => a.start - b.start || b.end - a.end || a.nameIndex - b.nameIndex,
  );
  for (const definition of definitions) {
    definition.from = withLead(definition.from, reading.leads);
    if (reading.shared.has(definition.name)) definition.exported = true;
  }
  return { definitions, references: referencesOf(reading), imports: reading.imports };
}

function take(reading: Reading, match: QueryMatch): void {
  const [first] = match.captures;
  if (first === undefined) return;
  switch (first.name) {
    case 'call':
    case 'new':
    case 'type':
    case 'read':
      takeUse(reading, first.name, first.node);
      return;
    case 'lead':
      takeLead(reading, first.node);
      return;
    case 'import':
      takeImport(reading, first.node);
      return;
    default:
      if (takeShared(reading, match)) return;
      takeDefinition(reading, match);
  }
}

const plainName = /[\w$\x80-\uffff]+/y;

function takeUse(reading: Reading, kind: Use['kind'], node: Node): void {
  const name = reading.rules.nameAt ?? plainName;
  name.lastIndex = node.startIndex;
  const found = name.exec(reading.text)?.[0];
  if (found === undefined) return;
  if (kind === 'call' && reading.rules.importCalls?.has(found) === true) {
    const call = node.parent ?? node;
    takeImport(reading, call.parent?.type === 'variable_declarator' ? call.parent : call);
  } else {
    reading.uses.push({ kind, name: found, line: node.startPosition.row + 1, index: node.startIndex });
  }
}

function takeLead({ text, leads }: Reading, node: Node): void {
  const { row, column } = node.startPosition;
  const start = node.startIndex;
  if (text.slice(start - column, start).trim() !== '') return;
  const single = text.startsWith('//', start) || (text[start] === '#' && text[start + 1] !== '[');
  leads.set(single ? row : node.endPosition.row, row);
}

function takeImport(reading: Reading, node: Node): void {
  const { row } = node.startPosition;
  const statement = node.text;
  for (const word of statement.match(/[\w$]+/g) ?? []) reading.bound.add(word);
  for (const clause of reading.rules.imports(statement)) {
    reading.imports.push({ ...clause, line: row + 1 });
    for (const name of clause.names) {
      const called =
        name === 'default' ? (/import\s+(?:type\s+)?([\w$]+)/.exec(statement)?.[1] ?? name) : name;
      const line = row + rowOfWord(statement, called) + 1;
      reading.uses.push({ kind: 'import', name: called, line, index: -1 });
    }
  }
}

/** The row of a statement in which a name stands first; 0 when it does not. */
function rowOfWord(statement: string, name: string): number {
  for (let at = statement.indexOf(name); at >= 0; at = statement.indexOf(name, at + 1)) {
    const around = (statement[at - 1] ?? ' ') + (statement[at + name.length] ?? ' ');
    if (!/[\w$]/.test(around)) return statement.slice(0, at).split('\n').length - 1;
  }
  return 0;
}

function takeShared({ shared }: Reading, match: QueryMatch): boolean {
  let taken = false;
  for (const { name, node } of match.captures) {
    if (name !== 'shared') continue;
    shared.add(node.text);
    taken = true;
  }
  return taken;
}

function takeDefinition({ text, rules, definitions }: Reading, match: QueryMatch): void {
  const definition = definitionOf(text, match, rules);
  if (definition === null) return;
  const known = definitions.get(definition.nameIndex);
  if (known === undefined || replaces(definition, known)) definitions.set(definition.nameIndex, definition);
}

/** The first row of what stands right above a row and belongs to it. */
function withLead(row: number, leads: ReadonlyMap<number, number>): number {
  let first = row;
  for (let above = leads.get(first - 1); above !== undefined; above = leads.get(first - 1)) first = above;
  return first;
}

/**
 * Uses without those that are definitions, once a line. A `read` is kept where the file itself binds the name by a
 * definition or an import: of other names, a read would nearly always be a local variable.
 */
function referencesOf({ definitions, uses, bound }: Reading): ParsedReference[] {
  const own = new Set<string>();
  for (const definition of definitions.values()) own.add(definition.name);
  const calls = new Set<number>();
  for (const use of uses) if (use.kind === 'call' || use.kind === 'new') calls.add(use.index);
  const seen = new Set<string>();
  const references: ParsedReference[] = [];
  for (const { kind, name, line, index } of uses) {
    if (index >= 0 && definitions.has(index)) continue;
    if (kind === 'read' && !own.has(name) && !bound.has(name)) continue;
    if ((kind === 'read' || kind === 'type') && calls.has(index)) continue;
    const key = `${line} ${kind} ${name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    references.push({ name, kind, line });
  }
  return references.sort((a, b) => a.line - b.line);
}
