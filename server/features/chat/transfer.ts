import { AppError, toAppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { type ArchiveFile, isArchive, MAX_FILE, packFiles, unpackFiles } from './archive.ts';
import { chatRoutes } from './contract.ts';
import { readMarkdown } from './markdown-reader.ts';
import { type ConversationTree, writeMarkdown } from './markdown.ts';
import type { Room } from './room.ts';
import type { ConversationRow } from './store.ts';
import { toConversation } from './views.ts';

/** Bytes that an import may upload. */
export const MAX_IMPORT = 128 * 2 ** 20;

interface Imported {
  rows: ConversationRow[];
  failed: { file: string; message: string }[];
}

/** Routes that take conversations out as Markdown and in again. */
export function createTransferRoutes(room: Room) {
  return createRoutes()
    .openapi(chatRoutes.exportOne, (c) => {
      const row = room.conversations.find(c.req.valid('param').id);
      return c.body(exportTree(room, row), 200, {
        'Content-Type': 'text/markdown; charset=utf-8',
        'Content-Disposition': attachment(fileName(row)),
      });
    })
    .openapi(chatRoutes.exportMany, (c) => {
      const ids = c.req.valid('json').ids ?? room.transfers.allIds();
      return c.body(packFiles(exportedFiles(room, ids)), 200, {
        'Content-Type': 'application/zip',
        'Content-Disposition': attachment(`mlx-code-${new Date().toISOString().slice(0, 10)}.zip`),
      });
    })
    .openapi(chatRoutes.importFile, async (c) => {
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      if (bytes.length > MAX_IMPORT)
        throw new AppError('too_large', `The file is larger than ${MAX_IMPORT} bytes.`);
      const { rows, failed } = await importBytes(room, bytes);
      room.announcements.listed(rows);
      return c.json({ conversations: rows.map(toConversation), failed }, 200);
    });
}

/** A name that every operating system takes: the title's letters and digits, and the id, which makes it unique. */
export function fileName({ title, id }: Pick<ConversationRow, 'title' | 'id'>): string {
  const words = title.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
  const slug = [...words.join('-')].slice(0, 40).join('').replace(/-$/, '');
  return `${slug || 'conversation'}-${id}.md`;
}

function attachment(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

function exportTree(room: Room, row: ConversationRow): string {
  return writeMarkdown(room.transfers.readTree(row));
}

function* exportedFiles(room: Room, ids: readonly string[]) {
  for (const id of new Set(ids)) {
    // Deleted since it was asked for: there is nothing to export any more.
    const row = room.transfers.find(id);
    if (!row) continue;
    yield { name: fileName(row), bytes: Buffer.from(exportTree(room, row)), modifiedAt: row.updatedAt };
  }
}

async function importBytes(room: Room, bytes: Uint8Array): Promise<Imported> {
  if (!isArchive(bytes)) {
    if (bytes.length > MAX_FILE)
      throw new AppError('too_large', `The file is larger than ${MAX_FILE} bytes.`);
    return { rows: room.transfers.writeTrees([readMarkdown(Buffer.from(bytes))]), failed: [] };
  }
  const result: Imported = { rows: [], failed: [] };
  for (const files of unpackFiles(bytes)) {
    const trees = files.flatMap((file) => readFile(file, result.failed));
    result.rows.push(...room.transfers.writeTrees(trees));
    await new Promise(setImmediate);
  }
  return result;
}

function readFile({ name, bytes }: ArchiveFile, failed: Imported['failed']): ConversationTree[] {
  // Folders, and what operating systems add to archives by themselves.
  if (name.endsWith('/') || /(^|\/)(__MACOSX\/|\.)/.test(name)) return [];
  try {
    if (!/\.(md|markdown)$/i.test(name))
      throw new AppError('invalid_request', 'This is not a Markdown file.');
    return [readMarkdown(Buffer.from(bytes))];
  } catch (error) {
    failed.push({ file: name.slice(0, 300), message: toAppError(error).message });
    return [];
  }
}
