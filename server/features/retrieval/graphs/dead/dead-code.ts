import { pathFilter } from '../../search/ranking/filter.ts';
import type { ReadingPlace } from '../../search/question.ts';
import { createFileLines } from '../../search/text/file-text.ts';
import type { DeadCandidate, DeadCode } from '../contract.ts';
import { entryPaths } from './entry-paths.ts';
import { isUsedByRules } from './exemptions.ts';
import { createTextUses, type TextUse } from './text-uses.ts';
import { type Unreferenced, unreferenced } from './unreferenced.ts';

export interface DeadCodeInput {
  /** Globs of the files whose candidates are shown; what is looked at is always the whole workspace. */
  paths: string[];
  limit: number;
}

/** How many of them are judged before it is seen whether anybody still waits. */
const AT_ONCE = 20;

const sureness: Readonly<Record<DeadCandidate['confidence'], number>> = { high: 0, medium: 1, low: 2 };

/**
 * Symbols of the workspace that nothing seems to use: no reference by name outside of themselves, and no other place in
 * the text of any file, since what a program calls by a name in a string has no reference. Candidates, never more.
 */
export async function deadCode(place: ReadingPlace, { paths, limit }: DeadCodeInput): Promise<DeadCode> {
  const { index, root } = place;
  const lines = createFileLines(root);
  const { symbols, looked } = unreferenced(index);
  const entries = await entryPaths(index, lines);
  const textUses = createTextUses(index, lines);
  const accepts = pathFilter(paths);
  const wanted = symbols.filter(({ file }) => accepts === undefined || accepts(file.path));
  const leftOut = new Map<string, number>();
  const candidates: DeadCandidate[] = [];
  const answer = (judged: number) =>
    answerOf({ candidates, leftOut, symbols: looked, limit, left: wanted.length - judged });

  for (const [at, one] of wanted.entries()) {
    if (at % AT_ONCE === 0) {
      if (await place.abandoned()) break;
      place.partial(answer(at));
    }
    const text = (await lines(one.file.path, one.file.language))?.lines;
    const rule =
      text === undefined ? 'whose file cannot be read any more' : isUsedByRules(one, { text, entries });
    const uses = rule === undefined ? await textUses(one) : [];
    const verdict = rule ?? judge(one, uses);
    if (typeof verdict !== 'string') candidates.push(candidateOf(one, verdict));
    else leftOut.set(verdict, (leftOut.get(verdict) ?? 0) + 1);
  }
  return answer(wanted.length);
}

type Verdict = Pick<DeadCandidate, 'confidence' | 'reason'>;

/** A sentence for a candidate, or why it is none. */
function judge({ symbol, file, testUses }: Unreferenced, uses: readonly TextUse[]): Verdict | string {
  const code = uses.filter(({ kind }) => kind === 'code');
  if (code.length > 0) return 'whose name stands in other text, e.g. a string';
  const what = symbol.exported === 1 ? `It is exported, and` : `It is not exported, and`;
  if (testUses > 0) {
    const times = testUses === 1 ? 'one line of a test' : `${testUses} lines of tests`;
    return { confidence: 'low', reason: `Only ${times} and nothing else of the workspace uses it.` };
  }
  const [spoken] = uses;
  if (spoken !== undefined) {
    return {
      confidence: 'low',
      reason: `${what} no code of the workspace names it; only ${spoken.path} does.`,
    };
  }
  const confidence =
    symbol.exported === 1 || symbol.kind === 'method' || file.language === null ? 'medium' : 'high';
  return { confidence, reason: `${what} nothing else in the workspace names it.` };
}

function candidateOf({ symbol, file }: Unreferenced, verdict: Verdict): DeadCandidate {
  const { name, kind, container, signature, line, endLine, exported } = symbol;
  return {
    ...{ name, kind, container, signature, line },
    path: file.path,
    end_line: endLine,
    exported: exported === 1,
    lines: endLine - line + 1,
    ...verdict,
  };
}

interface SoFar {
  candidates: readonly DeadCandidate[];
  leftOut: ReadonlyMap<string, number>;
  symbols: number;
  limit: number;
  left: number;
}

function answerOf({ candidates, leftOut, symbols, limit, left }: SoFar): DeadCode {
  const sorted = candidates.toSorted(
    (a, b) =>
      sureness[a.confidence] - sureness[b.confidence] || a.path.localeCompare(b.path) || a.line - b.line,
  );
  return {
    candidates: sorted.slice(0, limit),
    total: sorted.length,
    symbols,
    left_out: [...leftOut].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    truncated: sorted.length > limit,
    note: left > 0 ? `The time was up: ${left} symbols without a reference were not looked at.` : null,
  };
}
