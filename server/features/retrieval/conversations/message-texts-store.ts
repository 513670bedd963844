import BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import type { FoundText, TextSource } from '../vector-texts.ts';

/** Where messages are: the main database, which is only read. */
export interface MessagePlaces {
  kind: 'messages';
  database: string;
}

/** Characters of one piece, of which a vector is made: a small model reads 256 tokens. */
export const PIECE = 1_000;
const LEAST = 12;

/** What the vectors of a message are kept under. */
export function piecesOf(id: string, text: string): string[] {
  // As SQLite counts: characters, not UTF-16 units.
  const length = [...text].length;
  return Array.from({ length: Math.ceil(length / PIECE) }, (_, piece) => `${id}.${length}.${piece}`);
}

const Row = z.tuple([z.number(), z.string(), z.number()]);

/** Which piece of which message a vector belongs to. */
export function readPieceHash(hash: string): { id: string; around: number } {
  const [id = '', , piece = '0'] = hash.split('.');
  return { id, around: Number(piece) * PIECE };
}

/**
 * Finished messages in pieces, for vectors. What a vector is kept under names the message, how long it was and the piece,
 * so a message that went on is embedded again, and a vector leads to its message.
 */
export class MessageTexts implements TextSource {
  readonly #database: BetterSqlite3.Database;
  /** Piece by number: the row of its message, and which piece of it. */
  #places: { row: number; piece: number }[] = [];

  constructor({ database }: Omit<MessagePlaces, 'kind'>) {
    this.#database = new BetterSqlite3(database, { readonly: true, fileMustExist: true });
    this.#database.pragma('cache_size = -4000');
  }

  texts(): Map<string, number> {
    const texts = new Map<string, number>();
    this.#places = [];
    const rows = this.#database
      .prepare(
        `select messages.rowid, messages.id, length(text) from messages
         join conversations on conversations.id = conversation_id
         where messages.deleted_at is null and conversations.deleted_at is null
           and status not in ('queued', 'running') and length(text) >= ${LEAST}`,
      )
      .raw();
    for (const found of rows.iterate()) {
      const [row, id, length] = Row.parse(found);
      for (let piece = 0; piece * PIECE < length; piece += 1) {
        texts.set(`${id}.${length}.${piece}`, this.#places.length);
        this.#places.push({ row, piece });
      }
    }
    return texts;
  }

  async read(place: number): Promise<FoundText | undefined> {
    const at = this.#places[place];
    const found: unknown =
      at &&
      this.#database
        .prepare('select id, length(text), substr(text, ?, ?) from messages where rowid = ?')
        .raw()
        .get(at.piece * PIECE + 1, PIECE, at.row);
    if (!at || !Array.isArray(found)) return undefined;
    return { hash: `${found[0]}.${found[1]}.${at.piece}`, text: String(found[2]), body: '' };
  }

  /** The conversation of each message, for those that are not deleted. */
  conversations(): Map<string, string> {
    const rows = this.#database
      .prepare(
        `select messages.id, conversation_id from messages
         join conversations on conversations.id = conversation_id
         where messages.deleted_at is null and conversations.deleted_at is null`,
      )
      .raw();
    const found = new Map<string, string>();
    for (const row of rows.iterate()) if (Array.isArray(row)) found.set(String(row[0]), String(row[1]));
    return found;
  }

  close(): void {
    this.#database.close();
  }
}
