import type { Definition } from './definition.ts';
import type { LanguageRules } from './languages/language.ts';
import type { ParsedSymbol } from './parsed-file.ts';

/** A definition with what lies in it. */
export interface Nest {
  definition: Definition;
  /** Names of what lies around it, outermost first. */
  around: readonly string[];
  children: Nest[];
}

const classLike: ReadonlySet<string> = new Set(['class', 'interface', 'struct', 'trait', 'enum', 'scope']);
const functionLike: ReadonlySet<string> = new Set(['function', 'method', 'constructor']);

/** Whether functions in it are its methods. */
export function isClassLike({ kind }: Definition): boolean {
  return classLike.has(kind);
}

export function isFunctionLike({ kind }: Definition): boolean {
  return functionLike.has(kind);
}

/** Puts definitions, outer before inner, into those around them; what a class holds becomes its members. */
export function nest(definitions: readonly Definition[], rules: LanguageRules): Nest[] {
  const roots: Nest[] = [];
  const open: Nest[] = [];
  for (const definition of definitions) {
    while (open.length > 0 && !isInside(definition, open.at(-1)?.definition)) open.pop();
    const parent = open.at(-1);
    const one: Nest = { definition, around: aroundOf(definition, parent), children: [] };
    if (parent !== undefined) becomeMember(definition, parent.definition, rules);
    (parent?.children ?? roots).push(one);
    open.push(one);
  }
  return roots;
}

export function symbolsOf(roots: readonly Nest[]): ParsedSymbol[] {
  const symbols: ParsedSymbol[] = [];
  const left = roots.toReversed();
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { kind, name, signature, nameRow, to, exported } = one.definition;
    if (kind !== 'scope') {
      const container = one.around.length === 0 ? null : one.around.join(' > ');
      symbols.push({ kind, name, container, signature, line: nameRow + 1, endLine: to + 1, exported });
    }
    left.push(...one.children.toReversed());
  }
  return symbols;
}

function isInside(inner: Definition, outer: Definition | undefined): boolean {
  if (outer === undefined || inner.start < outer.start || inner.end > outer.end) return false;
  return inner.start !== outer.start || inner.end !== outer.end;
}

/** At most this many names, so that what is nested without end has headers with one. */
const MOST_AROUND = 8;

function aroundOf(definition: Definition, parent: Nest | undefined): readonly string[] {
  const { owner } = definition;
  if (parent === undefined) return owner === null ? [] : [owner];
  const { kind, name } = parent.definition;
  const outer =
    kind === 'type' || parent.around.length >= MOST_AROUND ? parent.around : [...parent.around, name];
  return owner === null ? outer : [...outer, owner];
}

function becomeMember(definition: Definition, parent: Definition, rules: LanguageRules): void {
  if (isClassLike(parent)) {
    if (definition.kind === 'function') definition.kind = 'method';
    if (rules.membersFollow === true) definition.exported = parent.exported && !definition.hidden;
  } else if (isFunctionLike(parent)) {
    definition.exported = false;
  } else if (parent.kind === 'constant' || parent.kind === 'variable') {
    definition.exported = parent.exported;
  }
}
