import type { SymbolEntry } from '../../search/contract.ts';
import type { ReadingPlace } from '../../search/question.ts';
import { filesById } from '../graph-store.ts';
import { importMap } from '../imports/import-map.ts';
import { pageRank, type Weighted } from './page-rank.ts';
import { type Definition, type DefinitionUses, definitionUses } from './uses-of-definitions.ts';

export interface RankInput {
  /** Only symbols of this folder; empty: all. Ranks are of the whole workspace. */
  folder: string;
  /** Files from whose point of view it is ranked; none: from all alike. */
  focus: string[];
  /** Most symbols. */
  limit: number;
}

export interface RankedSymbol {
  symbol: SymbolEntry;
  /** Share of all use, 0 to 1. */
  rank: number;
}

export interface RankedSymbols {
  /** Most used first. */
  symbols: RankedSymbol[];
  /** Rank of each file that has one of them. */
  files: { path: string; rank: number }[];
  total: { files: number; symbols: number };
}

/** What a definition is worth that nobody uses, as a part of its file's rank. */
const UNUSED = { exported: 0.01, private: 0.001 };
/** How much of an import without a use by name counts, e.g. of a style sheet. */
const IMPORT_WEIGHT = 0.5;

/**
 * The symbols of a workspace by how much of it depends on them: files are ranked by who uses their definitions, and a
 * file's rank goes to the definitions it uses. The idea is aider's repository map
 * (https://aider.chat/2023/10/22/repomap.html), with our imports and kinds of names.
 */
export function rankSymbols({ index }: ReadingPlace, { folder, focus, limit }: RankInput): RankedSymbols {
  const files = [...filesById(index).values()];
  const places = new Map(files.map(({ id }, at) => [id, at]));
  const found = definitionUses(index);
  const graph = files.map(({ id }) => edgesOf(index, id, { places, found }));
  const wanted = new Set(focus);
  const fileRanks = pageRank(
    graph,
    focus.length === 0 ? undefined : files.map(({ path }) => (wanted.has(path) ? 1 : 0)),
  );
  const ranks = shareRanks(found, fileRanks, places);
  const prefix = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const inside = found.definitions.filter(({ file }) => file.path.startsWith(prefix));
  const symbols = inside
    .map(({ entry, at }) => ({ symbol: entry, rank: ranks[at] ?? 0 }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, limit);
  const shown = new Set(symbols.map(({ symbol }) => symbol.path));
  return {
    symbols,
    files: files.flatMap(({ path }, at) => (shown.has(path) ? [{ path, rank: fileRanks[at] ?? 0 }] : [])),
    total: { files: files.filter(({ path }) => path.startsWith(prefix)).length, symbols: inside.length },
  };
}

interface Surroundings {
  places: ReadonlyMap<number, number>;
  found: DefinitionUses;
}

function edgesOf(
  index: ReadingPlace['index'],
  fileId: number,
  { places, found }: Surroundings,
): Weighted[number] {
  const weights = new Map<number, number>();
  const add = (otherId: number, weight: number) => {
    const to = places.get(otherId);
    if (to !== undefined && otherId !== fileId) weights.set(to, (weights.get(to) ?? 0) + weight);
  };
  for (const { definition, weight } of found.uses.get(fileId) ?? []) add(definition.file.id, weight);
  for (const { to } of importMap(index).out.get(fileId) ?? []) add(to.id, IMPORT_WEIGHT);
  return [...weights].map(([to, weight]) => ({ to, weight }));
}

/** The rank of every definition: of each file that uses it, the part that its uses are of all of the file's. */
function shareRanks(
  { definitions, uses }: DefinitionUses,
  fileRanks: readonly number[],
  places: ReadonlyMap<number, number>,
): number[] {
  const rankOf = (fileId: number) => fileRanks[places.get(fileId) ?? -1] ?? 0;
  const ofFile = new Map<number, number>();
  for (const { file } of definitions) ofFile.set(file.id, (ofFile.get(file.id) ?? 0) + 1);
  const base = ({ file, entry }: Definition) =>
    ((entry.exported ? UNUSED.exported : UNUSED.private) * rankOf(file.id)) / (ofFile.get(file.id) ?? 1);
  const ranks = definitions.map(base);
  for (const [fileId, used] of uses) {
    const total = used.reduce((sum, { weight }) => sum + weight, 0);
    for (const { definition, weight } of used) {
      ranks[definition.at] = (ranks[definition.at] ?? 0) + (rankOf(fileId) * weight) / total;
    }
  }
  return ranks;
}
