import type { FileLines } from '../search/text/file-text.ts';
import { pieceText } from './block.ts';
import type { ContextFound, ContextSource } from './contract.ts';
import { type Piece, place } from './piece.ts';

/** Pieces that are read, each with the lines that it has on the disk at this moment. */
interface ReadPiece extends Piece {
  lines: string[];
  hash: string;
}

export interface PackOptions {
  workspaceId: string;
  /** Tokens. */
  budget: number;
  /** Tokens of it that pieces may take which were not found but stand next to what was. */
  aside: number;
  read(path: string, language: string | null): Promise<FileLines | undefined>;
  countTokens(texts: string[]): Promise<number[]>;
}

type Packed = Pick<ContextFound, 'sources' | 'dropped'>;

/** Fewer lines between two pieces of a file are told with them. */
const GAP = 3;
/** Pieces below this share of the best are told by their signature. */
const WHOLE_FROM = 0.5;
/** What is this far below the best one tells nothing beside it. */
const LEAST = 0.15;
/** No tokenizer makes fewer tokens of a text: what is longer cannot fit and need not be counted. */
const MOST_CHARACTERS = 12;
/** Each piece's number, place and fences, joined to the next. */
const JOINT = 3;

/**
 * Fills the budget: what was pointed at, then by score; whole where a piece is at least half as good as the best one, else
 * its signature. A piece that does not fit whole is tried as its signature, and told as dropped when that does not either.
 */
export async function pack(
  { found, beside }: { found: readonly Piece[]; beside: readonly Piece[] },
  options: PackOptions,
): Promise<Packed> {
  const best = Math.max(...found.filter(({ pinned }) => !pinned).map(({ score }) => score), 0);
  const chosen = found
    .filter(({ pinned, score }) => pinned || score >= best * LEAST)
    .map((piece): Piece => {
      const whole = piece.pinned || piece.score >= best * WHOLE_FROM;
      return whole ? piece : { ...piece, show: 'signature' };
    });
  const main = await readPieces(await placed(chosen, options), options);
  const kept: ReadPiece[] = [];
  const dropped: ContextFound['dropped'] = [];
  const state = { left: options.budget, aside: options.aside };
  await fill(main, { kept, dropped, state, options, isAside: false });
  const others = (await readPieces(await placed(beside, options), options)).filter(
    (piece) => !covered(piece, kept),
  );
  await fill(others, { kept, dropped: [], state, options, isAside: true });
  const whole = await readPieces(merged(kept), options);
  const sources = whole.map((piece, at) => sourceOf(piece, at, options.workspaceId));
  const tokens = await options.countTokens(sources.map(pieceText));
  return { sources: sources.map((source, at) => ({ ...source, tokens: tokens[at] ?? 0 })), dropped };
}

interface Filling {
  kept: ReadPiece[];
  dropped: ContextFound['dropped'];
  state: { left: number; aside: number };
  options: PackOptions;
  isAside: boolean;
}

async function fill(
  pieces: readonly ReadPiece[],
  { kept, dropped, state, options, isAside }: Filling,
): Promise<void> {
  const signatures = pieces.map((piece) => signatureOf(piece));
  const texts = [...pieces, ...signatures].map((piece) =>
    pieceText(sourceOf(piece, 98, options.workspaceId)),
  );
  const countable = texts.map((text) => text.length <= options.budget * MOST_CHARACTERS);
  const counted = await options.countTokens(texts.map((text, at) => (countable[at] ? text : '')));
  const costOf = (at: number) =>
    countable[at] ? (counted[at] ?? 0) + JOINT : Math.ceil((texts[at]?.length ?? 0) / MOST_CHARACTERS);
  for (const [at, piece] of pieces.entries()) {
    if (covered(piece, kept)) continue;
    const limit = isAside ? Math.min(state.left, state.aside) : state.left;
    const whole = costOf(at);
    const signature = signatures[at] ?? piece;
    const brief = costOf(pieces.length + at);
    const [taken, cost] = whole <= limit ? [piece, whole] : [signature, brief];
    if (cost > limit) {
      dropped.push({ path: piece.path, line: piece.line, end_line: piece.endLine, tokens: whole - JOINT });
      continue;
    }
    kept.push(taken);
    state.left -= cost;
    if (isAside) state.aside -= cost;
  }
}

/** As the files are now; what is gone is left out. */
async function placed(pieces: readonly Piece[], { read }: PackOptions): Promise<Piece[]> {
  const found: Piece[] = [];
  for (const piece of pieces) {
    const file = piece.text === undefined ? await read(piece.path, piece.language) : undefined;
    const at = file ? place(piece, file) : piece.text === undefined ? undefined : piece;
    if (at) found.push(at);
  }
  return found;
}

/** Neighbours in a file become one piece, in the place of the better one. */
function merged(pieces: readonly Piece[]): Piece[] {
  const whole: Piece[] = [];
  for (const piece of pieces) {
    const near = whole.find((other) => areNeighbours(other, piece));
    if (!near) {
      whole.push({ ...piece });
      continue;
    }
    if (near.line > piece.line || near.endLine < piece.endLine) near.name = joinNames(near.name, piece.name);
    near.line = Math.min(near.line, piece.line);
    near.endLine = Math.max(near.endLine, piece.endLine);
    near.pinned ||= piece.pinned;
  }
  // Two that grew towards each other.
  return whole.length === pieces.length ? whole : merged(whole);
}

function areNeighbours(one: Piece, other: Piece): boolean {
  if (one.path !== other.path || one.text !== undefined || other.text !== undefined) return false;
  const apart = Math.max(one.line, other.line) - Math.min(one.endLine, other.endLine) - 1;
  return apart < 0 || (apart <= GAP && one.show === 'whole' && other.show === 'whole');
}

function joinNames(one: string | null, other: string | null): string | null {
  if (one === null || other === null || one === other) return one ?? other;
  const joined = `${one}, ${other}`;
  return joined.length > 80 ? one : joined;
}

function covered(piece: Piece, kept: readonly Piece[]): boolean {
  return kept.some(
    (other) => other.path === piece.path && other.line <= piece.line && piece.endLine <= other.endLine,
  );
}

async function readPieces(pieces: readonly Piece[], { read }: PackOptions): Promise<ReadPiece[]> {
  const found: ReadPiece[] = [];
  for (const piece of pieces) {
    if (piece.text !== undefined) {
      found.push({ ...piece, lines: piece.text.split('\n'), hash: '' });
      continue;
    }
    const file = await read(piece.path, piece.language);
    if (file)
      found.push({ ...piece, lines: file.lines.slice(piece.line - 1, piece.endLine), hash: file.hash });
  }
  return found;
}

/** What is left of a piece when there is little room. */
function signatureOf(piece: ReadPiece): ReadPiece {
  const file = { lines: piece.lines, hash: piece.hash };
  const within = { ...piece, line: 1, endLine: piece.lines.length, show: 'signature' as const };
  const end =
    piece.text === undefined ? (place(within, file)?.endLine ?? 1) : Math.min(piece.lines.length, 40);
  return { ...piece, endLine: piece.line + end - 1, lines: piece.lines.slice(0, end), show: 'signature' };
}

function sourceOf(piece: ReadPiece, at: number, workspaceId: string): ContextSource {
  return {
    number: at + 1,
    workspace_id: workspaceId,
    path: piece.path,
    line: piece.line,
    end_line: piece.endLine,
    name: piece.name,
    language: piece.language,
    text: piece.lines.join('\n'),
    tokens: 0,
    file_hash: piece.hash,
    reason: piece.reason,
    score: Math.min(1, Math.max(0, piece.score)),
  };
}
