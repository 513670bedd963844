/** What one line of Markdown starts or ends, seen without its neighbours. */
export interface FenceStart {
  marker: string;
  indent: number;
  language: string;
  meta: string;
}

const FENCE = /^( *)(`{3,}|~{3,})([^\n]*)$/;

export function fenceStart(line: string): FenceStart | null {
  const match = FENCE.exec(line);
  if (match === null) return null;
  const [, space = '', marker = '', rest = ''] = match;
  if (marker.startsWith('`') && rest.includes('`')) return null;
  const [language = '', ...meta] = rest.trim().split(/\s+/);
  return { marker, indent: space.length, language, meta: meta.join(' ') };
}

export function endsFence(line: string, marker: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= marker.length && trimmed === (marker[0] ?? '`').repeat(trimmed.length);
}

export function indentOf(line: string): number {
  let indent = 0;
  while (line[indent] === ' ' || line[indent] === '\t') indent += 1;
  return line.startsWith('\t') ? 4 : indent;
}

/** `-` for bullets, `.` or `)` for numbers; null when the line starts no list item. */
export function listMarker(line: string): string | null {
  const match = /^ {0,3}(?:([-*+])|(\d{1,9})([.)]))(?:[ \t]|$)/.exec(line);
  if (match === null || isRule(line)) return null;
  return match[1] === undefined ? (match[3] ?? null) : '-';
}

/** A numbered item in the middle of a paragraph starts a list only when its number is 1. */
export function interruptsParagraph(line: string): boolean {
  return listMarker(line) !== null && /^ {0,3}(?:[-*+]|1[.)])[ \t]+\S/.test(line);
}

export const isBlank = (line: string) => line.trim() === '';
export const isHeading = (line: string) => /^ {0,3}#{1,6}(?:[ \t]|$)/.test(line);
export const isQuote = (line: string) => /^ {0,3}>/.test(line);
export const isRule = (line: string) =>
  /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(line);
export const isTableDelimiter = (line: string) =>
  /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/.test(line);

/** The line that ends the display formula which this line starts. */
export function mathEnd(line: string): '$$' | '\\]' | null {
  const trimmed = line.trim();
  if (trimmed.startsWith('$$') && !trimmed.slice(2).includes('$$')) return '$$';
  if (trimmed.startsWith('\\[') && !trimmed.includes('\\]')) return '\\]';
  return null;
}

/** Deeper than any real text goes, and deep enough to exhaust a recursive parser. */
export const isAbsurdlyNested = (line: string) => /^(?:[ \t]*(?:>|[-*+][ \t]|\d+[.)][ \t])){40}/.test(line);
