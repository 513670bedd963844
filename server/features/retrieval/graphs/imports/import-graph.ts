import { AppError } from '#server/kernel/errors.ts';
import { pathFilter } from '../../search/ranking/filter.ts';
import type { ReadingPlace } from '../../search/question.ts';
import { createFileLines } from '../../search/text/file-text.ts';
import type { GraphNode, ImportGraph, ImportGraphQuestion } from '../contract.ts';
import { type FileNode, filesById, filesByPath } from '../graph-store.ts';
import { collapse, type DrawnGraph } from './collapse.ts';
import { type FoundCycles, findCycles } from './cycles.ts';
import { type ImportMap, importMap } from './import-map.ts';
import { nearby } from './nearby.ts';
import { createTypeEdges } from './type-imports.ts';

/**
 * Which files, or folders, import which. Cycles are found in everything that the filters leave, before it is cut.
 * Errors: not_found when `around` is not in the index.
 */
export async function importGraph(
  { index, root }: ReadingPlace,
  question: ImportGraphQuestion,
): Promise<ImportGraph> {
  const imports = importMap(index);
  const files = [...filesById(index).values()].filter(filterOf(question));
  const center = question.around === undefined ? undefined : filesByPath(index).get(question.around);
  if (question.around !== undefined && center === undefined) {
    throw new AppError('not_found', `${question.around} is not in the index.`);
  }
  const distances = center && nearby(imports, center, { ...question, among: new Set(files) });
  const wanted = distances === undefined ? files : [...distances.keys()];
  const graph = collapse(wanted, imports, question);
  const found = await findCycles(graph, createTypeEdges(graph, imports, createFileLines(root)));
  const { cycles, cycleOf } = found;
  const kept = keep(graph, { limit: question.limit, cycleOf, distanceOf: distanceIn(graph, distances) });
  const nodes = kept.map((at) => nodeOf(graph, at, { imports, cycle: cycleOf.get(at) }));
  const edges = edgesOf(graph, new Set(kept), found);
  return {
    level: question.level,
    ...{ nodes, edges, cycles },
    total: { nodes: graph.ids.length, edges: graph.edgeCount, ...found.total },
    truncated: kept.length < graph.ids.length,
  };
}

function filterOf({ folder, paths, languages, tests }: ImportGraphQuestion): (file: FileNode) => boolean {
  const accepts = pathFilter(paths);
  const prefix = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const wanted = new Set(languages);
  return (file) =>
    file.path.startsWith(prefix) &&
    (tests || !file.isTest) &&
    (wanted.size === 0 || (file.language !== null && wanted.has(file.language))) &&
    (accepts === undefined || accepts(file.path));
}

/** How far each node is from the middle: a folder as far as the nearest of its files. */
function distanceIn(graph: DrawnGraph, distances: ReadonlyMap<FileNode, number> | undefined) {
  return (at: number): number =>
    distances === undefined
      ? 0
      : Math.min(...(graph.members[at] ?? []).map((file) => distances.get(file) ?? Number.POSITIVE_INFINITY));
}

interface Keeping {
  limit: number;
  cycleOf: ReadonlyMap<number, number>;
  distanceOf: (at: number) => number;
}

/** What is drawn when not all can be: the nearest, then those in cycles, then those with most edges. */
function keep(graph: DrawnGraph, { limit, cycleOf, distanceOf }: Keeping): number[] {
  const all = graph.ids.map((_, at) => ({
    at,
    distance: distanceOf(at),
    inCycle: cycleOf.has(at),
    degree: (graph.out[at]?.length ?? 0) + (graph.into[at] ?? 0),
  }));
  if (all.length > limit) {
    all.sort(
      (a, b) =>
        a.distance - b.distance ||
        Number(b.inCycle) - Number(a.inCycle) ||
        b.degree - a.degree ||
        a.at - b.at,
    );
  }
  return all.slice(0, limit).map(({ at }) => at);
}

function nodeOf(
  graph: DrawnGraph,
  at: number,
  { imports, cycle }: { imports: ImportMap; cycle: number | undefined },
): GraphNode {
  const files = graph.members[at] ?? [];
  const own = new Set(files.map(({ id }) => id));
  const count = (way: keyof ImportMap, other: 'from' | 'to') =>
    files.reduce(
      (sum, { id }) => sum + (imports[way].get(id) ?? []).filter((one) => !own.has(one[other].id)).length,
      0,
    );
  const languages = new Set(files.map(({ language }) => language));
  return {
    id: graph.ids[at] ?? '',
    kind: graph.kind,
    language: languages.size === 1 ? (files[0]?.language ?? null) : null,
    files: files.length,
    lines: files.reduce((sum, { lines }) => sum + lines, 0),
    imports: count('out', 'to'),
    imported_by: count('into', 'from'),
    is_test: files.every(({ isTest }) => isTest),
    cycle: cycle ?? null,
  };
}

function edgesOf(graph: DrawnGraph, kept: ReadonlySet<number>, found: FoundCycles): ImportGraph['edges'] {
  const edges: ImportGraph['edges'] = [];
  for (const at of kept) {
    for (const to of graph.out[at] ?? []) {
      if (!kept.has(to)) continue;
      edges.push({
        from: graph.ids[at] ?? '',
        to: graph.ids[to] ?? '',
        count: graph.counts.get(`${at} ${to}`) ?? 1,
        cycle: found.edgeCycle(at, to),
      });
    }
  }
  return edges;
}
