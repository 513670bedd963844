import BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';

export interface ConversationText {
  id: string;
  title: string;
  text: string;
}

/** Characters: what comes after them rarely tells what a conversation is about. */
const MOST_TEXT = 20_000;

const Entry = z.object({ id: z.string(), title: z.string() });

/** The newest conversations that have messages, and how many were left out. */
export function readConversations(
  path: string,
  most: number,
): { found: ConversationText[]; leftOut: number } {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    const alive = `deleted_at is null and exists (
      select 1 from messages where conversation_id = conversations.id and deleted_at is null and text <> '')`;
    const total = Number(database.prepare(`select count(*) from conversations where ${alive}`).pluck().get());
    const entries = database
      .prepare(`select id, title from conversations where ${alive} order by updated_at desc, id limit ?`)
      .all(most);
    const texts = database
      .prepare('select text from messages where conversation_id = ? and deleted_at is null order by id')
      .pluck();
    const found = entries.map((row) => {
      const entry = Entry.parse(row);
      let text = '';
      for (const one of texts.iterate(entry.id)) {
        text += `${String(one)}\n`;
        if (text.length > MOST_TEXT) break;
      }
      return { ...entry, text: text.slice(0, MOST_TEXT) };
    });
    return { found, leftOut: total - found.length };
  } finally {
    database.close();
  }
}
