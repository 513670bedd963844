import type { Snippet } from '../contract.ts';
import { stemOf } from '../words/stems.ts';

/** Lines that are shown. */
const SHOWN = 5;
/** A longer line is cut. UTF-16 units. */
const LONGEST_LINE = 400;

const NAME = /[\p{L}\p{N}\p{M}_$]+/gu;
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{N}+/gu;

export interface Passage {
  /** Of the whole file. */
  lines: readonly string[];
  /** From 1, both inclusive. */
  line: number;
  endLine: number;
}

/** What is marked: stems of words, and what each tells. */
export type StemWeights = ReadonlyMap<string, number>;

/** The lines of a passage that say most of what was asked, with the words marked. */
export function snippetOf({ lines, line, endLine }: Passage, stems: StemWeights): Snippet {
  const last = Math.min(endLine, lines.length);
  const first = Math.max(1, Math.min(line, last));
  const marked = lines.slice(first - 1, last).map((text) => markLine(text.slice(0, LONGEST_LINE), stems));
  const start = bestStart(marked, stems);
  const chosen = marked.slice(start, start + SHOWN);
  return {
    line: first + start,
    text: chosen.map(({ text }) => text).join('\n'),
    highlights: chosen.flatMap(({ ranges }, at) =>
      ranges.map(({ from, to }) => ({ line: first + start + at, from, to })),
    ),
  };
}

/** The share of what the query tells that is said in these lines, 0 to 1. */
export function saidIn(texts: readonly string[], stems: StemWeights): number {
  const found = new Set(texts.flatMap((text) => [...markLine(text, stems).stems]));
  let [said, all] = [0, 0];
  for (const [stem, weight] of stems) {
    all += weight;
    if (found.has(stem)) said += weight;
  }
  return all === 0 ? 0 : said / all;
}

interface MarkedLine {
  text: string;
  stems: Set<string>;
  ranges: { from: number; to: number }[];
}

function markLine(text: string, stems: StemWeights): MarkedLine {
  const found = new Set<string>();
  const ranges: MarkedLine['ranges'] = [];
  for (const { 0: name, index } of text.matchAll(NAME)) {
    const whole = stemOf(name.toLowerCase());
    if (stems.has(whole)) {
      found.add(whole);
      ranges.push({ from: index, to: index + name.length });
      continue;
    }
    for (const { 0: part, index: within } of name.matchAll(PART)) {
      const stem = stemOf(part.toLowerCase());
      if (!stems.has(stem)) continue;
      found.add(stem);
      const [from, to] = [index + within, index + within + part.length];
      const before = ranges.at(-1);
      // `get_user`: one mark, not two with a gap of an underscore.
      if (before && before.to >= index && /^_*$/.test(text.slice(before.to, from))) before.to = to;
      else ranges.push({ from, to });
    }
  }
  return { text, stems: found, ranges };
}

/** Where the window begins that says most; of equals the first, which has the signature. */
function bestStart(marked: readonly MarkedLine[], stems: StemWeights): number {
  let best = { start: 0, score: -1 };
  const latest = Math.max(0, marked.length - SHOWN);
  for (let start = 0; start <= latest; start += 1) {
    const window = marked.slice(start, start + SHOWN);
    const said = new Set(window.flatMap(({ stems }) => [...stems]));
    let score = 0;
    for (const stem of said) score += stems.get(stem) ?? 0;
    if (score > best.score + 1e-9) best = { start, score };
  }
  return best.start;
}
