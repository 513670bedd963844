import { chunksOfSections, lastLine, type Section } from './sections.ts';
import { windowsOf } from '../windows.ts';
import type { ParsedSymbol } from '../parsed-file.ts';
import type { ParsedDocument } from './document.ts';

interface Key {
  row: number;
  name: string;
}

/** Keys whose values are shorter than this share a chunk. Lines. */
const SHORT_VALUE = 8;
const MOST_SYMBOLS = 500;

const keyLines: Record<string, RegExp> = {
  yaml: /^(?:"([^"]+)"|'([^']+)'|([^\s#:&*!|>%@`"'{[\]},-][^:#]*?))\s*:(?:\s|$)/,
  toml: /^\[\[?\s*([^\]]+?)\s*\]\]?/,
  ini: /^\[\s*([^\]]+?)\s*\]/,
};

/** A JSON, YAML, TOML or INI file by its outermost keys or tables; in windows where its layout shows none. */
export function parseKeys(file: {
  path: string;
  lines: readonly string[];
  language: string;
}): ParsedDocument {
  const { path, lines, language } = file;
  const keys = keysIn(lines, keyLines[language] ?? jsonKey(lines));
  if (keys.length < 2) return { chunks: windowsOf(path, lines), symbols: [] };
  const symbols = keys.slice(0, MOST_SYMBOLS).map(({ row, name }, index): ParsedSymbol => {
    const endLine = lastLine(lines, { from: row, to: (keys[index + 1]?.row ?? lines.length) - 1 });
    return {
      kind: 'property',
      name,
      container: null,
      signature: null,
      line: row + 1,
      endLine,
      exported: false,
    };
  });
  return { chunks: chunksOfSections(path, lines, sectionsOf(lines, keys)), symbols };
}

/** A key at the least indentation that is used. */
function jsonKey(lines: readonly string[]): RegExp {
  const indent = lines
    .map((line) => /^(\s+)"(?:[^"\\]|\\.)*"\s*:/.exec(line)?.[1])
    .find((space) => space !== undefined);
  return new RegExp(`^${indent ?? '\\s+'}"((?:[^"\\\\]|\\\\.)*)"\\s*:`);
}

function keysIn(lines: readonly string[], pattern: RegExp): Key[] {
  return lines.flatMap((line, row) => {
    const found = pattern.exec(line);
    const name = found?.slice(1).find((group) => group !== undefined);
    return name === undefined ? [] : [{ row, name: name.slice(0, 200) }];
  });
}

function sectionsOf(lines: readonly string[], keys: readonly Key[]): Section[] {
  const sections: Section[] = [];
  let from = 0;
  for (const [index, { row, name }] of keys.entries()) {
    const next = keys[index + 1]?.row ?? lines.length;
    if (next - row < SHORT_VALUE) continue;
    const start = withComment(lines, row, from);
    if (start > from)
      sections.push({ rows: { from, to: start - 1 }, kind: 'section', name: null, around: [] });
    sections.push({ rows: { from: start, to: next - 1 }, kind: 'section', name, around: [] });
    from = next;
  }
  if (from < lines.length) {
    sections.push({ rows: { from, to: lines.length - 1 }, kind: 'section', name: null, around: [] });
  }
  return sections;
}

function withComment(lines: readonly string[], row: number, from: number): number {
  let first = row;
  while (first > from && /^\s*(?:#|;|\/\/)/.test(lines[first - 1] ?? '')) first -= 1;
  return first;
}
