/** A line of a text in which something was found. Columns from 0, end exclusive, in UTF-16 units. */
export interface LineMatch {
  /** From 1. */
  line: number;
  ranges: { from: number; to: number }[];
}

const MOST_RANGES = 50;

/** The lines of a text that a pattern with the flags `gm` fits, first to last; a match never goes over a line's end. */
export function* lineMatches(text: string, pattern: RegExp): Generator<LineMatch> {
  let line = 1;
  let counted = 0;
  let from = 0;
  while (from < text.length) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) return;
    for (
      let at = text.indexOf('\n', counted);
      at !== -1 && at < match.index;
      at = text.indexOf('\n', at + 1)
    ) {
      line += 1;
      counted = at + 1;
    }
    const start = text.lastIndexOf('\n', match.index - 1) + 1;
    const newline = text.indexOf('\n', match.index);
    const end = newline === -1 ? text.length : newline;
    // `\s` and `[^x]` take line ends along: then the line is asked alone.
    const ranges = rangesIn(text.slice(start, end).replace(/\r$/, ''), pattern);
    if (ranges.length > 0) yield { line, ranges };
    from = end + 1;
  }
}

function rangesIn(line: string, pattern: RegExp): LineMatch['ranges'] {
  const ranges: LineMatch['ranges'] = [];
  pattern.lastIndex = 0;
  for (const match of line.matchAll(pattern)) {
    ranges.push({ from: match.index, to: match.index + match[0].length });
    if (ranges.length >= MOST_RANGES) break;
  }
  return ranges;
}
