import type { ContextRequest } from '#server/kernel/hooks.ts';
import type { SearchAnswer, SearchResult } from '../search/contract.ts';
import type { Filters } from '../search/ranking/filter.ts';
import type { FileLines } from '../search/text/file-text.ts';
import { blockOf, pieceText } from './block.ts';
import type { ContextFound, ContextMention } from './contract.ts';
import type { NeighboursInput, PointedInput } from './neighbours.ts';
import { pack } from './pack.ts';
import { isWithin, type Piece } from './piece.ts';

/** What the evidence of one folder is gathered with. */
export interface Sources {
  /** The folder's name, as the model is told it. */
  name: string;
  search(asked: { query: string; filters: Filters; limit: number }): Promise<SearchAnswer>;
  neighbours(input: NeighboursInput): Promise<Piece[]>;
  pointed(input: PointedInput): Promise<Piece[]>;
  read(path: string, language: string | null): Promise<FileLines | undefined>;
}

/** Results that are looked at. */
const RESULTS = 40;
const IN_FOLDER = 8;
const IN_FILE = 12;
/** Of the budget: for one file that is pointed at, and for what stands next to what was found. */
const FILE_SHARE = 0.6;
const ASIDE_SHARE = 0.2;
/** So many of the best are looked around at. */
const EXPANDED = 5;
const NO_FILTERS: Filters = { languages: [], paths: [], kinds: [] };

/** The evidence for a question. Errors: not_found for a folder that is not open; the search's own; the signal's reason. */
export async function gather(
  request: ContextRequest,
  sources: Sources,
  signal: AbortSignal,
): Promise<ContextFound> {
  const notes: string[] = [];
  const pinned: Piece[] = [];
  for (const mention of request.mentions) {
    const pieces = await resolveMention(mention, request, sources);
    if (pieces.length === 0)
      notes.push(`${mention.path || 'The folder'} is not in the index, or cannot be read.`);
    pinned.push(...pieces);
    signal.throwIfAborted();
  }
  const answer =
    request.automatic && request.query.trim() !== '' ? await searchFor(request, sources) : undefined;
  signal.throwIfAborted();
  if (answer?.note) notes.push(answer.note);
  const relevant = answer === undefined || answer.nothing_found ? [] : answer.results.map(pieceOfResult);
  const found = [...pinned, ...relevant].filter((piece) => !isWithin(piece, request.leftOut));
  const beside = await lookAround(found, sources);
  const opening = (await request.countTokens([blockOf([EMPTY], sources.name)]))[0] ?? 0;
  const packed = await pack(
    { found, beside: beside.filter((piece) => !isWithin(piece, request.leftOut)) },
    {
      workspaceId: request.workspaceId,
      budget: Math.max(0, request.budget - opening),
      aside: Math.floor(request.budget * ASIDE_SHARE),
      read: sources.read,
      countTokens: (texts) => request.countTokens(texts),
    },
  );
  signal.throwIfAborted();
  const numbered = packed.sources.map((source) => ({
    ...source,
    number: source.number + request.firstNumber - 1,
  }));
  const written = await write(numbered, request, sources.name);
  return {
    ...written,
    dropped: [...packed.dropped, ...written.dropped],
    nothing_found: answer !== undefined && answer.nothing_found,
    method: answer?.method ?? null,
    note: notes.length === 0 ? null : notes.join(' '),
  };
}

const EMPTY = { number: 98, path: '', line: 1, end_line: 1, name: null, language: null, text: '' };

/** The block; while the tokenizer makes more of it than of its pieces, the last piece goes. */
async function write(
  sources: ContextFound['sources'],
  { budget, countTokens }: ContextRequest,
  name: string,
): Promise<Pick<ContextFound, 'sources' | 'text' | 'tokens' | 'dropped'>> {
  const dropped: ContextFound['dropped'] = [];
  for (let left = sources; ; left = left.slice(0, -1)) {
    const text = blockOf(left, name);
    const tokens = left.length === 0 ? 0 : ((await countTokens([text]))[0] ?? 0);
    if (tokens <= budget) return { sources: left, text, tokens, dropped };
    const last = left.at(-1);
    if (last)
      dropped.push({ path: last.path, line: last.line, end_line: last.end_line, tokens: last.tokens });
  }
}

function searchFor({ query }: ContextRequest, sources: Sources): Promise<SearchAnswer> {
  return sources.search({ query, filters: NO_FILTERS, limit: RESULTS });
}

async function resolveMention(
  mention: ContextMention,
  request: ContextRequest,
  sources: Sources,
): Promise<Piece[]> {
  const { kind, path, name, line } = mention;
  if (kind === 'symbol' && name !== undefined && line !== undefined)
    return sources.pointed({ kind, path, name, line });
  if (kind === 'folder') {
    const list = await sources.pointed({ kind, path });
    const inside = await searchIn(path === '' ? '*' : `/${escapeGlob(path)}/**`, IN_FOLDER, {
      request,
      sources,
    });
    return [...list, ...inside.map((piece): Piece => ({ ...piece, pinned: true }))];
  }
  if (line !== undefined) return partOfFile(mention, line, sources);
  return (await wholeFile(path, request, sources)) ?? (await partsOfFile(path, request, sources));
}

/** Some lines of a file; of a single line, the function that it is in. */
async function partOfFile(
  { path, end_line }: ContextMention,
  line: number,
  sources: Sources,
): Promise<Piece[]> {
  if (end_line === undefined) return sources.pointed({ kind: 'symbol', path, name: '', line });
  return [
    {
      ...{ path, line, endLine: Math.max(line, end_line), name: null, language: null, indexedHash: null },
      ...{ reason: 'mentioned', score: 1, pinned: true, show: 'whole' },
    },
  ];
}

/** A file that leaves room for others, as one piece. */
async function wholeFile(
  path: string,
  request: ContextRequest,
  sources: Sources,
): Promise<Piece[] | undefined> {
  const file = await sources.read(path, path.toLowerCase().endsWith('.pdf') ? 'pdf' : null);
  if (!file || file.lines.length === 0) return undefined;
  const text = file.lines.join('\n');
  const limit = request.budget * FILE_SHARE;
  if (text.length > limit * 12) return undefined;
  const told = pieceText({ ...EMPTY, path, end_line: file.lines.length, text });
  const tokens = (await request.countTokens([told]))[0] ?? 0;
  if (tokens > limit) return undefined;
  return [
    {
      ...{ path, line: 1, endLine: file.lines.length, name: null, language: null, indexedHash: null },
      ...{ reason: 'mentioned', score: 1, pinned: true, show: 'whole' },
    },
  ];
}

/** What of a long file fits the question best, or its beginning. */
async function partsOfFile(path: string, request: ContextRequest, sources: Sources): Promise<Piece[]> {
  const best = await searchIn(`/${escapeGlob(path)}`, IN_FILE, { request, sources });
  const pieces = best.length > 0 ? best : await sources.pointed({ kind: 'file', path });
  return pieces.map((piece): Piece => ({ ...piece, reason: 'mentioned', pinned: true }));
}

async function searchIn(
  glob: string,
  limit: number,
  { request, sources }: { request: ContextRequest; sources: Sources },
): Promise<Piece[]> {
  if (request.query.trim() === '') return [];
  const { results } = await sources.search({
    query: request.query,
    filters: { ...NO_FILTERS, paths: [glob] },
    limit,
  });
  return results.map(pieceOfResult);
}

function pieceOfResult(result: SearchResult): Piece {
  const { path, line, end_line: endLine, name, language, score, why, changed } = result;
  return {
    ...{ path, line, endLine, name, language, score, reason: reasonOf(why.chief) },
    ...{ pinned: false, show: 'whole' as const },
    // Any hash but the one on the disk: the name is looked for again.
    indexedHash: changed ? '' : null,
  };
}

function reasonOf(chief: string): Piece['reason'] {
  return chief === 'defines' || chief === 'meaning' || chief === 'path' || chief === 'test' ? chief : 'words';
}

/** One hop from the best of what was found. */
async function lookAround(found: readonly Piece[], sources: Sources): Promise<Piece[]> {
  const places = found.filter(({ text, show }) => text === undefined && show === 'whole').slice(0, EXPANDED);
  if (places.length === 0) return [];
  return sources.neighbours({
    places: places.map(({ path, line, endLine, name, score }) => ({ path, line, endLine, name, score })),
  });
}

function escapeGlob(path: string): string {
  return path.replace(/[\\*?[\]!#{} ]/g, '\\$&');
}
