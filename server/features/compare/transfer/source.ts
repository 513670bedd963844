import type { ComparisonRow, ComparisonStore, ContestantRow } from '../store.ts';
import type { TurnStore, WholeTurn } from '../turn-store.ts';

/** A comparison to be written out; its turns are read as they are needed. */
export interface ComparisonSource {
  comparison: ComparisonRow;
  contestants: ContestantRow[];
  turns(): Generator<WholeTurn>;
}

const TURNS_AT_ONCE = 100;

/** One comparison, or all that are not deleted. Errors: not_found; gone. */
export function* readComparisons(
  { comparisons, turns }: { comparisons: ComparisonStore; turns: TurnStore },
  id?: string,
): Generator<ComparisonSource> {
  for (const each of id === undefined ? comparisons.allIds() : [id]) {
    const comparison = id === undefined ? comparisons.stored([each])[0] : comparisons.find(each);
    // Deleted since the export began.
    if (!comparison || comparison.deletedAt !== null) continue;
    const contestants = comparisons.contestantsOf([each]).get(each) ?? [];
    yield { comparison, contestants, turns: () => readTurns(turns, each) };
  }
}

function* readTurns(turns: TurnStore, comparisonId: string): Generator<WholeTurn> {
  for (let after = -1; ; ) {
    const page = turns.page(comparisonId, after, TURNS_AT_ONCE);
    yield* turns.whole(page);
    const last = page.at(-1);
    if (!last) return;
    after = last.index;
  }
}

/** What a contestant is called, short, and different for different contestants of a comparison. */
export function nameOf({ label, modelName, parameters }: ContestantRow): string {
  if (label !== '') return label;
  const set = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  return set.length === 0 ? modelName : `${modelName} (${set.join(', ')})`;
}
