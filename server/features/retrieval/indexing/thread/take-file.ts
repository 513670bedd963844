import type { FoundFile } from '#server/files/walk.ts';
import { languageOf } from '#server/files/language-of.ts';
import { INDEX_LIMIT, readText, type TextFile } from '#server/files/read-text.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { KnownFile } from '../index-statements-store.ts';
import type { FileChange, FileEntry } from '../index-writer-store.ts';
import type { ParsedFile } from '../../parsing/parsed-file.ts';
import { contentsOf } from './contents.ts';
import type { IndexPlace } from './messages.ts';
import type { Pulse } from './pulse.ts';
import { isTestPath } from './test-path.ts';

/** What makes sense of a file's text. */
export interface FileParser {
  parse(file: { path: string; text: string; language: string | null }): Promise<ParsedFile> | ParsedFile;
  shapeOf(text: string): bigint | null;
}

/** A file that was read, or what came of trying. */
export type LoadedFile =
  | { kind: 'text'; found: FoundFile; file: TextFile }
  | { kind: 'settled'; change: FileChange | undefined };

/** Milliseconds that one file may take before its thread is ended; the parser's own limit comes before. */
const FILE_LIMIT_MS = 8000;

/** Permissions change without the time of a file: what could not be opened is tried again at every scan. */
const TRY_AGAIN = 0;

/** Reads a file that may have changed. Never throws: what goes wrong with one file is kept in its row. */
export async function loadFile(
  place: Pick<IndexPlace, 'root' | 'broken'>,
  found: FoundFile,
  known: KnownFile | undefined,
): Promise<LoadedFile> {
  const settled = (change: FileChange | undefined): LoadedFile => ({ kind: 'settled', change });
  const broken = place.broken[found.path];
  if (broken !== undefined) {
    return settled({ kind: 'failed', file: entryOf(found), reason: broken });
  }
  try {
    const file = await readText(place.root, found.path, { limit: INDEX_LIMIT });
    const { modifiedMs, bytes: size } = file;
    if ('reason' in file) {
      const entry = entryOf({ ...found, modifiedMs, size });
      return settled({ kind: 'skipped', file: entry, reason: file.reason });
    }
    if (known?.hash === file.hash) {
      return settled({ kind: 'touched', path: found.path, size, modifiedMs });
    }
    return { kind: 'text', found, file };
  } catch (error) {
    return settled(unopened(found, known, error));
  }
}

/** Parses what was read. Errors: none; a file that cannot be parsed is kept as failed. */
export async function takeFile(
  { found: { path }, file }: Extract<LoadedFile, { kind: 'text' }>,
  { parser, pulse, run }: { parser: FileParser; pulse: Pulse; run: number },
): Promise<FileChange> {
  const { text, hash, bytes, lines, modifiedMs } = file;
  const language = languageOf(path, text);
  const entry = { ...entryOf({ path, size: bytes, modifiedMs }), hash, lines, language };
  pulse.begin(run, path, FILE_LIMIT_MS);
  try {
    const parsed = await parser.parse({ path, text, language });
    const contents = contentsOf(path, parsed, parser.shapeOf);
    return { kind: 'indexed', file: { ...entry, language: parsed.language }, contents };
  } catch (error) {
    return { kind: 'failed', file: entry, reason: sentenceOf(error) };
  } finally {
    pulse.end();
  }
}

function unopened(found: FoundFile, known: KnownFile | undefined, error: unknown): FileChange | undefined {
  if (error instanceof AppError && error.code === 'not_found') {
    return known === undefined ? undefined : { kind: 'gone', path: found.path };
  }
  if (known?.modifiedMs === TRY_AGAIN) return undefined;
  const file = entryOf({ ...found, modifiedMs: TRY_AGAIN });
  const refused = error instanceof AppError && ['forbidden', 'invalid_request'].includes(error.code);
  return { kind: refused ? 'skipped' : 'failed', file, reason: sentenceOf(error) };
}

function entryOf({ path, size, modifiedMs }: FoundFile): FileEntry {
  const language = languageOf(path);
  return { path, size, modifiedMs, hash: null, language, lines: 0, isTest: isTestPath(path) };
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError || !(error instanceof Error)) return toAppError(error).message;
  return `It could not be read: ${error.message.slice(0, 300)}`;
}
