import type { ImportGraphQuestion } from '../contract.ts';
import type { FileNode } from '../graph-store.ts';
import type { ImportMap } from './import-map.ts';

interface Reach extends Pick<ImportGraphQuestion, 'depth' | 'direction'> {
  /** Files that may be gone through. */
  among: ReadonlySet<FileNode>;
}

/** Files at most `depth` imports away from one, with how far they are. */
export function nearby(
  imports: ImportMap,
  center: FileNode,
  { depth, direction, among }: Reach,
): Map<FileNode, number> {
  const distances = new Map([[center, 0]]);
  for (const [file, distance] of distances) {
    if (distance === depth) continue;
    const next = [
      ...(direction === 'imported_by' ? [] : (imports.out.get(file.id) ?? []).map(({ to }) => to)),
      ...(direction === 'imports' ? [] : (imports.into.get(file.id) ?? []).map(({ from }) => from)),
    ];
    for (const one of next) if (among.has(one) && !distances.has(one)) distances.set(one, distance + 1);
  }
  return distances;
}
