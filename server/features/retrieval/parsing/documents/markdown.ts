import { chunksOfSections, lastLine, type Section } from './sections.ts';
import type { ParsedSymbol } from '../parsed-file.ts';
import type { ParsedDocument } from './document.ts';

interface Heading {
  row: number;
  level: number;
  title: string;
}

/** Short sections are joined with the next while they have no more lines than this together. */
const SHORT_SECTION = 3;

/** Sections under their headings, which are its symbols; fences and front matter hold no headings. */
export function parseMarkdown(path: string, lines: readonly string[]): ParsedDocument {
  const headings = headingsIn(lines);
  const sections: Section[] = [];
  const symbols: ParsedSymbol[] = [];
  const open: Heading[] = [];
  const first = headings[0]?.row ?? lines.length;
  if (first > 0) sections.push({ rows: { from: 0, to: first - 1 }, kind: 'section', name: null, around: [] });
  for (const [index, heading] of headings.entries()) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const around = open.map(({ title }) => title);
    const to = (headings[index + 1]?.row ?? lines.length) - 1;
    sections.push({ rows: { from: heading.row, to }, kind: 'section', name: heading.title, around });
    const end =
      headings.find((other) => other.row > heading.row && other.level <= heading.level)?.row ?? lines.length;
    symbols.push(symbolOf(heading, { around, end: lastLine(lines, { from: heading.row, to: end - 1 }) }));
    open.push(heading);
  }
  return { chunks: chunksOfSections(path, lines, joinShort(lines, sections)), symbols };
}

function symbolOf({ row, title }: Heading, { around, end }: { around: string[]; end: number }): ParsedSymbol {
  const container = around.length === 0 ? null : around.join(' > ');
  return {
    kind: 'heading',
    name: title,
    container,
    signature: null,
    line: row + 1,
    endLine: end,
    exported: false,
  };
}

/** A heading that is followed by its first subheading at once stands with it. */
function joinShort(lines: readonly string[], sections: readonly Section[]): Section[] {
  const joined: Section[] = [];
  let from: number | undefined;
  for (const [index, section] of sections.entries()) {
    const { rows } = section;
    const said = lines.slice(rows.from, rows.to + 1).filter((line) => line.trim() !== '').length;
    const inner = sections[index + 1]?.around.length ?? 0;
    if (said < SHORT_SECTION - 1 && inner > section.around.length) {
      from ??= rows.from;
      continue;
    }
    joined.push(from === undefined ? section : { ...section, rows: { from, to: rows.to } });
    from = undefined;
  }
  return joined;
}

function headingsIn(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | null = null;
  for (let row = afterFrontMatter(lines); row < lines.length; row += 1) {
    const line = lines[row] ?? '';
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === null) fence = mark;
      else if (mark.startsWith(fence)) fence = null;
      continue;
    }
    if (fence !== null) continue;
    const atx = /^ {0,3}(#{1,6})\s+(.+?)(?:\s+#+)?\s*$/.exec(line);
    if (atx !== null) headings.push({ row, level: atx[1]?.length ?? 1, title: plainTitle(atx[2] ?? '') });
    else if (/^ {0,3}(?:=+|-{3,})\s*$/.test(line)) addUnderlined(headings, lines, row);
  }
  return headings;
}

/** `Title` over `=====`. */
function addUnderlined(headings: Heading[], lines: readonly string[], row: number): void {
  const title = lines[row - 1] ?? '';
  const lone = (lines[row - 2] ?? '').trim() === '' && /^ {0,3}[^\s>#|*+`~-]/.test(title);
  if (!lone || headings.at(-1)?.row === row - 1) return;
  const level = (lines[row] ?? '').trim().startsWith('=') ? 1 : 2;
  headings.push({ row: row - 1, level, title: plainTitle(title) });
}

function plainTitle(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]|<[^>]+>/g, '')
    .trim()
    .slice(0, 200);
}

function afterFrontMatter(lines: readonly string[]): number {
  if (!/^(?:---|\+\+\+)\s*$/.test(lines[0] ?? '')) return 0;
  const end = lines.findIndex((line, row) => row > 0 && line.trim() === (lines[0] ?? '').trim());
  return end < 0 ? 0 : end + 1;
}
