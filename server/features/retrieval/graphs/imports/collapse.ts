import type { ImportGraphQuestion } from '../contract.ts';
import type { FileNode } from '../graph-store.ts';
import type { ImportMap } from './import-map.ts';

/** A graph of files or folders, by position. */
export interface DrawnGraph {
  kind: 'file' | 'folder';
  ids: string[];
  /** The files that a node stands for. */
  members: FileNode[][];
  /** What each leads to, once each. */
  out: number[][];
  /** How many lead to each. */
  into: number[];
  /** Imports an edge stands for, by `from to`. */
  counts: Map<string, number>;
  edgeCount: number;
  /** Where each file is, by its id. */
  placeOf: Map<number, number>;
}

/** The imports among these files, each file or each folder as one node. Imports within a folder are no edges. */
export function collapse(
  files: readonly FileNode[],
  imports: ImportMap,
  question: Pick<ImportGraphQuestion, 'level' | 'folder' | 'folder_depth'>,
): DrawnGraph {
  const graph: DrawnGraph = {
    kind: question.level === 'files' ? 'file' : 'folder',
    ...{ ids: [], members: [], out: [], into: [], counts: new Map(), edgeCount: 0 },
    placeOf: new Map(),
  };
  const places = new Map<string, number>();
  for (const file of files) {
    const id = question.level === 'files' ? file.path : folderOf(file.path, question);
    let at = places.get(id);
    if (at === undefined) {
      at = graph.ids.push(id) - 1;
      places.set(id, at);
      graph.members.push([]);
      graph.out.push([]);
      graph.into.push(0);
    }
    graph.members[at]?.push(file);
    graph.placeOf.set(file.id, at);
  }
  for (const file of files) connect(graph, imports.out.get(file.id) ?? []);
  return graph;
}

function connect(graph: DrawnGraph, imports: readonly { from: FileNode; to: FileNode }[]): void {
  for (const { from, to } of imports) {
    const [at, target] = [graph.placeOf.get(from.id), graph.placeOf.get(to.id)];
    if (at === undefined || target === undefined) continue;
    if (graph.kind === 'folder' && at === target) continue;
    const key = `${at} ${target}`;
    const count = graph.counts.get(key) ?? 0;
    graph.counts.set(key, count + 1);
    if (count > 0) continue;
    graph.out[at]?.push(target);
    graph.into[target] = (graph.into[target] ?? 0) + 1;
    graph.edgeCount += 1;
  }
}

/** The folder of a file, cut after some segments below the one that is looked at. */
function folderOf(
  path: string,
  { folder, folder_depth }: Pick<ImportGraphQuestion, 'folder' | 'folder_depth'>,
): string {
  const segments = path.split('/').slice(0, -1);
  const base = folder.split('/').filter(Boolean).length;
  return segments.slice(0, base + folder_depth).join('/');
}
