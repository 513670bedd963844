import type { Snippet } from '#server/features/retrieval/search/contract.ts';

/** Letters in a row that look the same. */
export interface Run {
  text: string;
  /** Index of the class of its colour; 0 is plain. */
  color: number;
  marked: boolean;
}

type Highlight = Pick<Snippet['highlights'][number], 'from' | 'to'>;

/**
 * Cuts a line where its colour changes or a highlight begins or ends. `tokens`: length and colour in turn, in UTF-16
 * units; what they do not reach is plain.
 */
export function runsOf(line: string, tokens: readonly number[], highlights: readonly Highlight[]): Run[] {
  const colors = colorEnds(line, tokens);
  const cuts = new Set([0, line.length, ...colors.map(({ end }) => end)]);
  for (const { from, to } of highlights) cuts.add(clamp(from, line)).add(clamp(to, line));
  const places = [...cuts].sort((a, b) => a - b);
  const runs: Run[] = [];
  for (const [index, from] of places.entries()) {
    const to = places[index + 1];
    if (to === undefined) break;
    runs.push({
      text: line.slice(from, to),
      color: colors.find(({ end }) => from < end)?.color ?? 0,
      marked: highlights.some((one) => one.from <= from && from < one.to),
    });
  }
  return runs;
}

function colorEnds(line: string, tokens: readonly number[]): { end: number; color: number }[] {
  const ends: { end: number; color: number }[] = [];
  let at = 0;
  for (let token = 0; token + 1 < tokens.length && at < line.length; token += 2) {
    at = Math.min(line.length, at + (tokens[token] ?? 0));
    ends.push({ end: at, color: tokens[token + 1] ?? 0 });
  }
  return ends;
}

function clamp(column: number, line: string): number {
  return Math.max(0, Math.min(line.length, column));
}
