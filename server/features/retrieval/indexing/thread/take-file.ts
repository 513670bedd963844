import { languageOf } from '#server/files/language-of.ts';
import { INDEX_LIMIT, readBytesSync, readTextSync, type Unreadable } from '#server/files/read-text.ts';
import type { FoundFile } from '#server/files/walk.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { ParsedFile } from '../../parsing/parsed-file.ts';
import type { KnownFile } from '../index-statements-store.ts';
import type { FileChange, FileEntry } from '../index-writer-store.ts';
import { contentsOf } from './contents.ts';
import type { IndexPlace } from './messages.ts';
import type { Pulse } from './pulse.ts';
import { isTestPath } from './test-path.ts';

/** What makes sense of a file. */
export interface FileParser {
  parse(file: { path: string; text: string; language: string | null }): Promise<ParsedFile> | ParsedFile;
  parsePdf(path: string, data: Uint8Array): Promise<ParsedFile>;
  shapeOf(text: string): bigint | null;
}

interface Taking {
  run: number;
  place: Pick<IndexPlace, 'root' | 'broken'>;
  parser: FileParser;
  pulse: Pulse;
}

const PDF_LIMIT = 50_000_000;
/** Milliseconds that one file may take before its thread is ended; the parser's own limits come before. */
const TEXT_LIMIT_MS = 8000;
const PDF_LIMIT_MS = 30_000;
/** Permissions change without the time of a file: what could not be opened is tried again at every scan. */
const TRY_AGAIN = 0;

/**
 * Reads and parses a file that may have changed. Never throws: what goes wrong with one file is kept in its row.
 * Undefined when nothing is to be written.
 */
export async function takeFile(
  taking: Taking,
  found: FoundFile,
  known: KnownFile | undefined,
): Promise<FileChange | undefined> {
  const { run, place, pulse } = taking;
  const { path } = found;
  const broken = place.broken[path];
  if (broken !== undefined) return { kind: 'failed', file: entryOf(found), reason: broken };
  const isPdf = languageOf(path) === 'pdf';
  pulse.begin(run, path, isPdf ? PDF_LIMIT_MS : TEXT_LIMIT_MS);
  try {
    const change = isPdf ? await takePdf(taking, path, known) : await takeText(taking, path, known);
    return change;
  } catch (error) {
    return unopened(found, known, error);
  } finally {
    pulse.end();
  }
}

async function takeText({ place, parser }: Taking, path: string, known: KnownFile | undefined) {
  const file = readTextSync(place.root, path, { limit: INDEX_LIMIT });
  if ('reason' in file) return notTaken(path, file);
  const { text, hash, lines, modifiedMs, bytes: size } = file;
  if (known?.hash === hash) return { kind: 'touched', path, size, modifiedMs } as const;
  const entry = { ...entryOf({ path, size, modifiedMs }), hash, lines, language: languageOf(path, text) };
  return parsed(parser, entry, () => parser.parse({ path, text, language: entry.language }));
}

async function takePdf({ place, parser }: Taking, path: string, known: KnownFile | undefined) {
  const file = readBytesSync(place.root, path, { limit: PDF_LIMIT });
  if ('reason' in file) return notTaken(path, file);
  const { data, hash, modifiedMs } = file;
  const size = data.length;
  if (known?.hash === hash) return { kind: 'touched', path, size, modifiedMs } as const;
  const entry = { ...entryOf({ path, size, modifiedMs }), hash };
  return parsed(parser, entry, () => parser.parsePdf(path, data));
}

async function parsed(
  parser: FileParser,
  file: FileEntry,
  parse: () => Promise<ParsedFile> | ParsedFile,
): Promise<FileChange> {
  try {
    const made = await parse();
    if (made.skip !== null) return { kind: 'skipped', file, reason: made.skip };
    return { kind: 'indexed', file, contents: contentsOf(file.path, made, parser.shapeOf) };
  } catch (error) {
    return { kind: 'failed', file, reason: sentenceOf(error) };
  }
}

function notTaken(path: string, { reason, bytes: size, modifiedMs }: Unreadable): FileChange {
  return { kind: 'skipped', file: entryOf({ path, size, modifiedMs }), reason };
}

function unopened(found: FoundFile, known: KnownFile | undefined, error: unknown): FileChange | undefined {
  if (error instanceof AppError && error.code === 'not_found') {
    return known === undefined ? undefined : { kind: 'gone', path: found.path };
  }
  const reason = sentenceOf(error);
  if (known?.modifiedMs === TRY_AGAIN) return undefined;
  const refused = error instanceof AppError && ['forbidden', 'invalid_request'].includes(error.code);
  const file = entryOf({ ...found, modifiedMs: TRY_AGAIN });
  return { kind: refused ? 'skipped' : 'failed', file, reason };
}

function entryOf({ path, size, modifiedMs }: FoundFile): FileEntry {
  const language = languageOf(path);
  return { path, size, modifiedMs, hash: null, language, lines: 0, isTest: isTestPath(path) };
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError || !(error instanceof Error)) return toAppError(error).message;
  return `It could not be read: ${error.message.slice(0, 300)}`;
}
