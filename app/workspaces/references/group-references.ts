import type { Related } from '#server/features/retrieval/graphs/contract.ts';
import type { ReferenceEntry } from '#server/features/retrieval/search/contract.ts';

export interface ReferencePlace {
  path: string;
  /** From 1; null: the whole file. */
  line: number | null;
  /** What stands behind the place in grey. */
  note: string;
}

export interface ReferenceGroups {
  called: ReferencePlace[];
  tested: ReferencePlace[];
  /** Named otherwise: imported, read, as a type. */
  used: ReferencePlace[];
  /** Something of the same name, which may be another. */
  perhaps: ReferencePlace[];
}

/** Sorts uses of a symbol by what they say about it. Uses in a file that tests it are told once, as tests. */
export function groupReferences(
  references: readonly ReferenceEntry[],
  tests: Related['tests'] | null,
): ReferenceGroups {
  const testing = new Set((tests ?? []).map(({ path }) => path));
  const groups: ReferenceGroups = { called: [], tested: [], used: [], perhaps: [] };
  for (const { path, line, kind } of (tests ?? []).map((test) => ({ ...test, kind: test.by }))) {
    groups.tested.push({ path, line, note: kind === 'name' ? 'by its name' : '' });
  }
  for (const { path, line, kind, within, certain } of references) {
    if (testing.has(path)) continue;
    const place = { path, line, note: within === null ? '' : `in ${within}` };
    if (!certain) groups.perhaps.push(place);
    else if (kind === 'call' || kind === 'new') groups.called.push(place);
    else groups.used.push({ ...place, note: [kind, place.note].filter(Boolean).join(' ') });
  }
  return groups;
}
