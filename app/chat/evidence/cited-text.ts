import type { Citation } from '#server/features/retrieval/context/contract.ts';

/** An answer's Markdown in which each citation is a link to `#cited-<index>`; code blocks are left as they are. */
export function citedText(text: string, citations: readonly Citation[]): string {
  let result = '';
  let at = 0;
  for (const [index, { from, to }] of citations.entries()) {
    if (from < at || text.slice(from, to).includes('\n')) continue;
    const span = widen(text, from, to);
    if (span === undefined || span.from < at) continue;
    result += `${text.slice(at, span.from)}[${span.label}](#cited-${index})`;
    at = span.to;
  }
  return result + text.slice(at);
}

interface Span {
  from: number;
  to: number;
  label: string;
}

/** What of the text becomes the link: brackets around a number go, backticks around code belong to it. */
function widen(text: string, from: number, to: number): Span | undefined {
  const said = text.slice(from, to);
  if (text[from - 1] === '`' && text[to] === '`') {
    let ticks = 1;
    while (text[from - 1 - ticks] === '`' && text[to + ticks] === '`') ticks += 1;
    return { from: from - ticks, to: to + ticks, label: text.slice(from - ticks, to + ticks) };
  }
  if (/^\d+$/.test(said) && text[from - 1] === '[' && text[to] === ']')
    return { from: from - 1, to: to + 1, label: said };
  // Text of which a part could end the link.
  return /[[\]\\`]/.test(said) ? undefined : { from, to, label: said };
}

/** The code blocks among the citations, by their text without the white space around it. */
export function citedBlocks(text: string, citations: readonly Citation[]): Map<string, number> {
  const blocks = new Map<string, number>();
  for (const [index, { kind, from, to }] of citations.entries()) {
    if (kind === 'quote' && text[from - 1] === '\n') blocks.set(text.slice(from, to).trim(), index);
  }
  return blocks;
}
