import { z } from 'zod';
import type { Question } from '../search/question.ts';
import { type MessageSnippet, snippetOf } from './snippet.ts';
import type { WordQuery } from './query.ts';

/** A message whose words were found. `rank` is BM25's, smaller is better. */
export interface WordHit {
  id: string;
  rank: number;
  inTitle: boolean;
}

export interface WordsInput {
  query: WordQuery;
  role: 'user' | 'assistant' | null;
  /** Some of the words are enough even where others have all of them. */
  loose: boolean;
}

export interface WordsAnswer {
  hits: WordHit[];
  /** More were there than were looked at; these are the newest. */
  capped: boolean;
}

/** Messages that are ranked: a word that is everywhere would have to be weighed in each of a million. */
const NEWEST = 1_000;
const MOST_HITS = 200;
const MOST_TITLES = 20;

const Ranked = z.tuple([z.number(), z.number()]);

/** The messages that hold all of the words, or else some of them. */
export const messagesByWords: Question<WordsInput, WordsAnswer> = ({ index }, { query, role, loose }) => {
  const newest = index
    .prepare(
      `select rowid, rank from message_words where message_words match ? order by rowid desc limit ${NEWEST + 1}`,
    )
    .raw();
  const ranked = (match: string) => newest.all(match).map((row) => Ranked.parse(row));
  const strict = loose ? [] : ranked(query.all);
  const found = strict.length > 0 ? strict : ranked(query.any);
  const idOf = index
    .prepare(
      `select message_id from message_search join messages on messages.id = message_id
       where message_search.id = ? and (? is null or role = ?)`,
    )
    .pluck();
  const hits: WordHit[] = [];
  for (const [row, rank] of found.slice(0, NEWEST).toSorted(([, a], [, b]) => a - b)) {
    if (hits.length === MOST_HITS) break;
    const id: unknown = idOf.get(row, role, role);
    if (typeof id === 'string') hits.push({ id, rank, inTitle: false });
  }
  return { hits: [...byTitle(index, query.words), ...hits], capped: found.length > NEWEST };
};

/** The first message of each conversation whose title holds all words. */
function byTitle(index: Parameters<typeof messagesByWords>[0]['index'], words: readonly string[]): WordHit[] {
  if (words.length === 0) return [];
  const holds = words.map(() => 'instr(lower(title), ?) > 0').join(' and ');
  return index
    .prepare(
      `select (select min(id) from messages where conversation_id = conversations.id and deleted_at is null)
       from conversations where deleted_at is null and ${holds} order by updated_at desc limit ${MOST_TITLES}`,
    )
    .pluck()
    .all(...words)
    .flatMap((id) => (typeof id === 'string' ? [{ id, rank: 0, inTitle: true }] : []));
}

export interface ShownInput {
  /** In the order in which they are shown. `around`: where in the text to look when no word is in it. */
  messages: { id: string; around: number }[];
  words: string[];
  role: 'user' | 'assistant' | null;
  limit: number;
}

export interface ShownMessage {
  id: string;
  conversationId: string;
  title: string;
  role: 'user' | 'assistant';
  createdAt: number;
  snippet: MessageSnippet;
}

const ShownRow = z.tuple([z.string(), z.string(), z.enum(['user', 'assistant']), z.string(), z.number()]);

/** Of these messages the first `limit` that can be reached: not deleted, nor anything above them. */
export const messagesShown: Question<ShownInput, ShownMessage[]> = ({ index }, input) => {
  const { messages, words, role: wanted, limit } = input;
  const read = index
    .prepare(
      `select conversation_id, title, role, text, messages.created_at from messages
       join conversations on conversations.id = conversation_id
       where messages.id = ? and conversations.deleted_at is null`,
    )
    .raw();
  const deletedAbove = index
    .prepare(
      `with recursive above(id, parent_id, deleted_at) as (
         select id, parent_id, deleted_at from messages where id = ?
         union all select m.id, m.parent_id, m.deleted_at from messages m join above on m.id = above.parent_id)
       select 1 from above where deleted_at is not null limit 1`,
    )
    .pluck();
  const shown: ShownMessage[] = [];
  for (const { id, around } of messages) {
    if (shown.length === limit) break;
    const row: unknown = read.get(id);
    if (row === undefined || deletedAbove.get(id) === 1) continue;
    const [conversationId, title, role, text, createdAt] = ShownRow.parse(row);
    if (wanted !== null && role !== wanted) continue;
    shown.push({ id, conversationId, title, role, createdAt, snippet: snippetOf(text, words, around) });
  }
  return shown;
};

/** The words of a message that tell it from others, for finding messages like it without vectors. */
export const messageText: Question<{ id: string }, string | null> = ({ index }, { id }) => {
  const text: unknown = index
    .prepare('select text from messages where id = ? and deleted_at is null')
    .pluck()
    .get(id);
  return typeof text === 'string' ? text : null;
};
