/** Something in an answer that can be held against its sources. Offsets in UTF-16 units, end exclusive. */
export type AnswerMark =
  | { kind: 'number'; from: number; to: number; number: number }
  | { kind: 'place'; from: number; to: number; path: string; line: number; endLine: number }
  | { kind: 'quote'; from: number; to: number; text: string };

/** Shorter ones are names, which stand everywhere. */
const SHORTEST_QUOTE = 12;
/** A longer line is no prose. */
const LONGEST_LINE = 20_000;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const NUMBERS = /\[(\d{1,4}(?:\s?[,;]\s?\d{1,4}){0,20})\](?!\()/g;
const PLACE =
  /(?<![\w./@+-])((?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.[A-Za-z]\w{0,9}):(\d{1,7})(?:[-–](\d{1,7}))?(?![\w/])/g;
const QUOTED = /"([^"\n]+)"|“([^”\n]+)”/g;

/** The references and quotes of a Markdown text, in its order. */
export function marksOf(answer: string): AnswerMark[] {
  const marks: AnswerMark[] = [];
  let fence: { mark: string; from: number } | undefined;
  for (const { text, from } of linesOf(answer)) {
    const [, mark = '', rest = ''] = FENCE.exec(text) ?? [];
    if (fence) {
      const closes = mark.startsWith(fence.mark) && rest.trim() === '';
      if (!closes) continue;
      marks.push(...quoteAt(answer, fence.from, from));
      fence = undefined;
    } else if (mark !== '' && !(mark.startsWith('`') && rest.includes('`'))) {
      fence = { mark, from: Math.min(from + text.length + 1, answer.length) };
    } else if (text.length <= LONGEST_LINE) marks.push(...marksInLine(answer, text, from));
  }
  // An answer that was stopped inside it.
  if (fence) marks.push(...quoteAt(answer, fence.from, answer.length));
  return marks;
}

function* linesOf(text: string): Generator<{ text: string; from: number }> {
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    yield { text: text.slice(from, to), from };
    from = to + 1;
  }
}

function marksInLine(answer: string, line: string, offset: number): AnswerMark[] {
  const marks: AnswerMark[] = [];
  const spans = codeSpans(line);
  const prose = blank(line, spans);
  // A definition of a link.
  if (/^ {0,3}\[\d+\]:/.test(prose)) return marks;
  for (const match of prose.matchAll(NUMBERS)) {
    if (match.index > 0 && /[\w)]/.test(prose[match.index - 1] ?? '')) continue;
    for (const one of match[0].matchAll(/\d+/g)) {
      const from = offset + match.index + one.index;
      marks.push({ kind: 'number', from, to: from + one[0].length, number: Number(one[0]) });
    }
  }
  const places: { from: number; to: number }[] = [];
  for (const match of line.matchAll(PLACE)) {
    const [whole, path = '', first, last] = match;
    const from = offset + match.index;
    const [start, end] = [Number(first), Number(last ?? first)];
    places.push({ from, to: from + whole.length });
    marks.push({
      kind: 'place',
      from,
      to: from + whole.length,
      path,
      line: start,
      endLine: Math.max(start, end),
    });
  }
  const quoted = [...prose.matchAll(QUOTED)].map(({ index, 0: whole }) => ({
    from: index + 1,
    to: index + whole.length - 1,
  }));
  for (const span of [...spans.map(inner), ...quoted]) {
    const at = { from: offset + span.from, to: offset + span.to };
    if (places.some((place) => place.from <= at.from + 1 && place.to >= at.to - 1)) continue;
    marks.push(...quoteAt(answer, at.from, at.to));
  }
  return marks.toSorted((a, b) => a.from - b.from);
}

/** Nothing for what is too short to be one. */
function quoteAt(answer: string, from: number, to: number): AnswerMark[] {
  const text = answer.slice(from, to);
  const length = text.replace(/\s+/g, ' ').trim().length;
  return length < SHORTEST_QUOTE ? [] : [{ kind: 'quote', from, to, text }];
}

interface Span {
  from: number;
  to: number;
  /** Length of each of its fences of backticks. */
  ticks: number;
}

/** Inline code with its backticks. A run of them is closed by the next run of the same length. */
function codeSpans(line: string): Span[] {
  const runs = [...line.matchAll(/`+/g)].map(({ index, 0: run }) => ({ at: index, ticks: run.length }));
  const nextAlike: (number | undefined)[] = [];
  const later = new Map<number, number>();
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const ticks = runs[index]?.ticks ?? 0;
    nextAlike[index] = later.get(ticks);
    later.set(ticks, index);
  }
  const spans: Span[] = [];
  for (let index = 0; index < runs.length; index += 1) {
    const [open, close] = [runs[index], runs[nextAlike[index] ?? -1]];
    if (!open || !close) continue;
    spans.push({ from: open.at, to: close.at + close.ticks, ticks: open.ticks });
    index = nextAlike[index] ?? index;
  }
  return spans;
}

function inner({ from, to, ticks }: Span): { from: number; to: number } {
  return { from: from + ticks, to: to - ticks };
}

/** The line with spaces where there is code, so that offsets stay. */
function blank(line: string, spans: readonly Span[]): string {
  let prose = '';
  let at = 0;
  for (const { from, to } of spans) {
    prose += line.slice(at, from) + ' '.repeat(to - from);
    at = to;
  }
  return prose + line.slice(at);
}
