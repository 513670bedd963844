import { type AnswerMark, marksOf } from './answer-marks.ts';
import type { Citation, ContextSource } from './contract.ts';

/** So many quotes are looked for; nobody reads an answer with more. */
const MOST_QUOTES = 200;

/**
 * The references and quotes of an answer, held against the text of its sources. A quote is verified when exactly this
 * text, but for white space within and around its lines, is in one of them; `line` is where.
 */
export function verify(answer: string, sources: readonly ContextSource[]): Citation[] {
  const texts = sources.map((source) => ({ source, text: normalize(source.text) }));
  let quotes = 0;
  return marksOf(answer).flatMap((mark) => {
    if (mark.kind === 'number') return [citeNumber(mark, sources)];
    if (mark.kind === 'place') return citePlace(mark, sources);
    quotes += 1;
    return quotes > MOST_QUOTES ? [] : [citeQuote(mark, texts)];
  });
}

const NOWHERE = { path: '', line: 0, end_line: 0 };

function citeNumber(
  { from, to, number }: Extract<AnswerMark, { kind: 'number' }>,
  sources: readonly ContextSource[],
): Citation {
  const found = sources.find((source) => source.number === number);
  const place = found ? { path: found.path, line: found.line, end_line: found.end_line } : NOWHERE;
  const state = found ? 'verified' : 'unverified';
  return { from, to, source: found ? number : null, kind: 'reference', state, ...place };
}

/** A line of a file that was read. Places of other files are left alone where they may be anything, e.g. a host. */
function citePlace(
  { from, to, path, line, endLine }: Extract<AnswerMark, { kind: 'place' }>,
  sources: readonly ContextSource[],
): Citation[] {
  const same = sources.filter((source) => source.path === path || source.path.endsWith(`/${path}`));
  const holder = same.find((source) => source.line <= line && endLine <= source.end_line);
  const nearest = holder ?? same[0];
  if (!nearest && !path.includes('/')) return [];
  return [
    {
      ...{ from, to, source: nearest?.number ?? null, kind: 'reference' },
      state: holder ? 'verified' : 'unverified',
      ...{ path: nearest?.path ?? path, line, end_line: endLine },
    },
  ];
}

function citeQuote(
  { from, to, text }: Extract<AnswerMark, { kind: 'quote' }>,
  texts: readonly { source: ContextSource; text: string }[],
): Citation {
  const wanted = normalize(text).replace(/^\n+|\n+$/g, '');
  for (const { source, text: within } of texts) {
    const at = within.indexOf(wanted);
    if (at < 0) continue;
    const line = source.line + countLineEnds(within.slice(0, at));
    const end_line = line + countLineEnds(wanted);
    const place = { path: source.path, line, end_line };
    return { from, to, source: source.number, kind: 'quote', state: 'verified', ...place };
  }
  return { from, to, source: null, kind: 'quote', state: 'unverified', ...NOWHERE };
}

/** Without what editors and models change at will: white space around a line, and how much of it is within. */
export function normalize(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .join('\n');
}

function countLineEnds(text: string): number {
  return text.split('\n').length - 1;
}
