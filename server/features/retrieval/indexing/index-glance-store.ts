import { z } from 'zod';
import { IndexProblem, IndexState } from './contract.ts';
import { type IndexDatabase, openIndexToRead } from './index-schema-store.ts';

const Totals = IndexState.shape.indexed;

/** What an index holds as its writer last said; null when there is none or it cannot be read. Takes well under 1 ms. */
export function glanceAtTotals(path: string): z.infer<typeof Totals> | null {
  try {
    return glance(path, (index) => {
      const value = index.prepare("select value from facts where key = 'totals'").pluck().get();
      return Totals.parse(JSON.parse(String(value)));
    });
  } catch {
    return null;
  }
}

const Problems = z.array(IndexProblem);

/** Files that are not in the index, by path, and why; also those that were cut blindly. Errors: not_found. */
export function listProblems(
  path: string,
  { after = '', limit }: { after?: string | undefined; limit: number },
) {
  return glance(path, (index) =>
    Problems.parse(
      index
        .prepare(
          `select path, status, reason from files where status <> 'indexed' and path > ? order by path limit ?`,
        )
        .all(after, limit),
    ),
  );
}

function glance<Answer>(path: string, look: (index: IndexDatabase) => Answer): Answer {
  const index = openIndexToRead(path);
  try {
    return look(index);
  } finally {
    index.close();
  }
}
