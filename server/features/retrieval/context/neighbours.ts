import type { Question } from '../search/question.ts';
import type { Piece } from './piece.ts';
import {
  callersOf,
  chunkOf,
  chunksOf,
  definitionsUsed,
  enclosing,
  folderMap,
  type NeighbourRow,
  testOf,
} from './neighbours-store.ts';

/** Places whose surroundings are wanted, best first. */
export interface NeighboursInput {
  places: { path: string; line: number; endLine: number; name: string | null; score: number }[];
}

const PER_PLACE = 8;

/** One hop from each place: what it calls and names, the class around it, a test of it. Best first. */
export const neighbours: Question<NeighboursInput, Piece[]> = ({ index }, { places }) =>
  places.flatMap(({ name, score, ...place }) => {
    const found: Piece[] = [];
    const add = (row: NeighbourRow | undefined, reason: Piece['reason'], show: Piece['show']) => {
      if (row) found.push({ ...pieceOf(row, reason), show, score: score * NEIGHBOUR });
    };
    add(enclosing(index, place), 'defines', 'signature');
    const used = Map.groupBy(definitionsUsed(index, place), (row) => row.name);
    for (const [row, ...others] of used.values()) {
      // A name with two definitions within reach may mean either: neither is told.
      if (!row || others.length > 0) continue;
      const isShape = row.kind === 'type' || row.kind === 'interface' || row.kind === 'enum';
      const isShort = row.endLine - row.line < SHORT;
      add(row, row.path === place.path ? 'defines' : 'imported', isShape && isShort ? 'whole' : 'signature');
    }
    const capped = found.slice(0, PER_PLACE);
    if (name !== null) {
      const test = testOf(index, place.path, name);
      if (test) capped.push({ ...pieceOf(test, 'test'), score: score * NEIGHBOUR });
    }
    return capped;
  });

/** What a neighbour is worth beside what it stands next to. */
const NEIGHBOUR = 0.4;
/** Lines of a type that is told whole. */
const SHORT = 16;
const CALLERS = 8;
const FIRST_CHUNKS = 40;
const FOLDER_FILES = 200;

/** What a person can point at, as pieces: the chunk at a line and who calls it, or a file's chunks. */
export type PointedInput =
  | { kind: 'symbol'; path: string; name: string; line: number }
  | { kind: 'file'; path: string }
  | { kind: 'folder'; path: string };

export const pointed: Question<PointedInput, Piece[]> = ({ index }, asked) => {
  const pin = (row: NeighbourRow, reason: Piece['reason'], show: Piece['show']): Piece => ({
    ...pieceOf(row, reason),
    show,
    score: 1,
    pinned: true,
  });
  if (asked.kind === 'file')
    return chunksOf(index, asked.path, FIRST_CHUNKS).map((row) => pin(row, 'mentioned', 'whole'));
  if (asked.kind === 'folder') return listed(folderMap(index, asked.path, FOLDER_FILES), asked.path);
  const definition = chunkOf(index, asked.path, asked.line);
  const callers = callersOf(index, asked.name, CALLERS).filter(
    ({ path, line }) => path !== asked.path || line !== definition?.line,
  );
  return [
    ...(definition ? [pin(definition, 'mentioned', 'whole')] : []),
    ...callers.map((row) => ({ ...pin(row, 'caller', 'signature'), pinned: false, score: 0.5 })),
  ];
};

/** The files of a folder and what each defines, a line each. */
function listed(files: { path: string; names: string }[], folder: string): Piece[] {
  if (files.length === 0) return [];
  const text = files.map(({ path, names }) => (names === '' ? path : `${path}: ${names}`)).join('\n');
  return [
    {
      ...{
        path: folder === '' ? './' : `${folder}/`,
        line: 1,
        endLine: files.length,
        name: null,
        language: null,
      },
      ...{ reason: 'mentioned', score: 1, pinned: true, show: 'whole', indexedHash: null, text },
    },
  ];
}

function pieceOf({ hash, ...row }: NeighbourRow, reason: Piece['reason']): Piece {
  return { ...row, reason, score: 0, pinned: false, show: 'whole', indexedHash: hash };
}
