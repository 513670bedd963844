import type { Range } from 'web-tree-sitter';

/** Scripts in a file of another language: where they are, and what they are written in. */
export interface Scripts {
  language: 'javascript' | 'typescript' | 'tsx';
  ranges: Range[];
}

const hosts = new Set<string | null>(['vue', 'svelte', 'html']);
const block = /(<script\b[^>]*>)([\s\S]*?)<\/script\s*>/gi;

/** The scripts of a Vue, Svelte or HTML file; null when there are none. */
export function scriptsIn(text: string, language: string | null): Scripts | null {
  if (!hosts.has(language)) return null;
  const ranges: Range[] = [];
  let written: Scripts['language'] = 'javascript';
  for (const found of text.matchAll(block)) {
    const [, tag = '', code = ''] = found;
    if (code.trim() === '' || /\btype\s*=\s*["']?[\w/+-]*(?:json|template|x-|glsl)/i.test(tag)) continue;
    const kind = /\blang\s*=\s*["']?(tsx?)\b/i.exec(tag)?.[1]?.toLowerCase();
    if (kind !== undefined) written = kind === 'tsx' ? 'tsx' : 'typescript';
    const startIndex = found.index + tag.length;
    const endIndex = startIndex + code.length;
    const [startPosition, endPosition] = [positionOf(text, startIndex), positionOf(text, endIndex)];
    ranges.push({ startIndex, endIndex, startPosition, endPosition });
  }
  return ranges.length === 0 ? null : { language: written, ranges };
}

function positionOf(text: string, index: number): Range['startPosition'] {
  const before = text.slice(0, index);
  const line = before.lastIndexOf('\n');
  return { row: before.split('\n').length - 1, column: index - line - 1 };
}
