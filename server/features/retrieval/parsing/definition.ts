import type { Node, QueryMatch } from 'web-tree-sitter';
import type { SymbolKind } from '../search/contract.ts';
import type { LanguageRules } from './languages/language.ts';

/** Something defined in a file. Rows from 0, inclusive. */
export interface Definition {
  /** `scope` lies around others and is no symbol. */
  kind: SymbolKind | 'scope';
  name: string;
  /** What it belongs to where that does not lie around it. */
  owner: string | null;
  signature: string;
  /** With the comment above it. */
  from: number;
  to: number;
  nameRow: number;
  nameIndex: number;
  /** Where its text begins and ends, without the comment, in UTF-16 units. */
  start: number;
  end: number;
  exported: boolean;
  /** Marked as seen by its class only. */
  hidden: boolean;
}

const LONGEST_SIGNATURE = 240;
const LONGEST_NAME = 200;
// Not read from the contract: the thread that parses would load all that describes routes.
const kinds = {
  ...{ function: true, method: true, class: true, interface: true, type: true, enum: true, struct: true },
  ...{ trait: true, module: true, constant: true, variable: true, property: true, macro: true },
  ...{ constructor: true, heading: true, rule: true, scope: true },
} satisfies Record<Definition['kind'], true>;

/** The definition that a match with `@def.<kind>` and `@name` stands for; null for any other match. */
export function definitionOf(text: string, match: QueryMatch, rules: LanguageRules): Definition | null {
  const named = new Map(match.captures.map(({ name, node }) => [name, node]));
  const [capture, node] = [...named].find(([name]) => name.startsWith('def.')) ?? [];
  const nameNode = named.get('name');
  const kind = capture?.slice('def.'.length);
  if (node === undefined || nameNode === undefined || !isKind(kind)) return null;
  const { owner, name } = splitName(nameNode.text);
  const last = rules.bodyFollows === true ? lastPart(node) : node;
  const given = ownerOf(named.get('owner')?.text);
  const start = node.startIndex - node.startPosition.column;
  const prefix = text.slice(Math.max(start, nameNode.startIndex - 400), nameNode.startIndex);
  return {
    kind: kindOf(kind, name),
    ...{ name, owner: owner ?? given },
    signature: signatureOf(text, { node, nameNode, name, body: bodyOf(named.get('of') ?? node) }),
    ...{ from: node.startPosition.row, to: lastRow(last), start: node.startIndex, end: last.endIndex },
    nameRow: nameNode.startPosition.row,
    nameIndex: nameNode.startIndex,
    exported: rules.isExported({ prefix, name }),
    hidden: name.startsWith('#') || /\bprivate\b/.test(prefix),
  };
}

const ranks: Readonly<Record<string, number>> = { property: 0, variable: 1, constant: 1, type: 2 };

/** Of two definitions with the same name in the same place: whether the first says more. */
export function replaces(one: Definition, other: Definition): boolean {
  return (ranks[one.kind] ?? 3) > (ranks[other.kind] ?? 3);
}

function isKind(kind: string | undefined): kind is Definition['kind'] {
  return kind !== undefined && Object.hasOwn(kinds, kind);
}

function kindOf(kind: Definition['kind'], name: string): Definition['kind'] {
  if (kind === 'variable' && /^[A-Z][A-Z\d_]*$/.test(name)) return 'constant';
  if (
    /^(?:constructor|__init__|__construct|initialize)$/.test(name) &&
    (kind === 'method' || kind === 'function')
  ) {
    return 'constructor';
  }
  return kind;
}

/** `app::Store::size` belongs to `app > Store`. */
function splitName(text: string): { owner: string | null; name: string } {
  const plain = text
    .replace(/\s+/g, ' ')
    .replace(/^(['"`])(.*)\1$/, '$2')
    .slice(0, LONGEST_NAME);
  const at = plain.lastIndexOf('::');
  if (at <= 0) return { owner: null, name: plain };
  return { owner: plain.slice(0, at).split('::').join(' > '), name: plain.slice(at + 2) };
}

function ownerOf(text: string | undefined): string | null {
  const plain = text?.replace(/\.prototype$/, '');
  if (plain === undefined || !/^[\w$.\x80-\uffff]+$/.test(plain)) return null;
  return /^(?:this|self|exports|module\.exports)$/.test(plain) ? null : plain.split('.').join(' > ');
}

function bodyOf(node: Node): Node | null {
  return node.childForFieldName('body');
}

/** A definition that ends before its body goes on to the end of that. */
function lastPart(node: Node): Node {
  const next = node.nextNamedSibling;
  return next?.type === 'function_body' ? next : node;
}

const comment = /(?<=\s)(?:#|\/\/)\s.*$/gm;

/** From the name to the body, or to the end of the line where there is none. */
function signatureOf(
  text: string,
  { node, nameNode, name, body }: { node: Node; nameNode: Node; name: string; body: Node | null },
): string {
  const start = nameNode.startIndex + Math.max(0, nameNode.text.lastIndexOf(name));
  const end = body === null ? Math.min(node.endIndex, lineEnd(text, start)) : body.startIndex;
  const whole = text
    .slice(start, Math.min(end, start + 4 * LONGEST_SIGNATURE))
    .replace(comment, '')
    .replace(/\s+/g, ' ')
    .trim();
  const plain = whole.replace(/(?:\s*(?:\{|=>|[=:;,]))+$/, '').slice(0, LONGEST_SIGNATURE);
  return plain === '' ? name : plain;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function lastRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}
