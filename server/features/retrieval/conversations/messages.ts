import { AppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { IndexReader } from '../search/index-reader.ts';
import { MESSAGES, type Vectors } from '../vectors.ts';
import { type Candidate, merge, type Nearness, NOTHING_NEAR, scoreOf, whyOf } from './candidates.ts';
import type { FoundMessage, MessageAnswer } from './contract.ts';
import { countWords } from './map/telling-words.ts';
import { piecesOf, readPieceHash } from './message-texts-store.ts';
import type { WordsAnswer, WordsInput } from './messages-store.ts';
import { readWords } from './query.ts';

export interface MessageSearchRequest {
  query: string;
  role?: 'user' | 'assistant' | undefined;
  limit: number;
}

interface SearchParts {
  reader: IndexReader;
  vectors: Vectors;
  log: Log;
}

interface Showing {
  words: string[];
  limit: number;
  role?: FoundMessage['role'] | undefined;
  signal: AbortSignal;
}

type ByWords = WordsAnswer & { note: string | null };

const WORDS_MS = 1_500;
const DEPTH = 100;
/** Words never wait longer for an embedder. Milliseconds. */
const PATIENCE_MS = 400;
/** From which cosine on two texts have anything in common. */
const LEAST_COSINE = 0.25;
const TELLING_WORDS = 12;
const CAPPED = 'These words are in very many messages: only the newest of them were compared.';
const SLOW = 'Searching by words took too long and was ended; add a rarer word.';

/** Searches over all messages: by words at once, and by meaning where vectors answer in time. */
export class MessageSearch {
  readonly #parts: SearchParts;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Rejects with the signal's reason. */
  async search({ query, role, limit }: MessageSearchRequest, signal: AbortSignal): Promise<MessageAnswer> {
    const begin = performance.now();
    const [found, near] = await Promise.all([
      this.#byWords(query, { role: role ?? null, loose: false }, signal),
      this.#byMeaning(query, signal),
    ]);
    const words = readWords(query)?.words ?? [];
    const shown = await this.#show(merge(found.hits, near ?? NOTHING_NEAR), { words, limit, role, signal });
    return {
      results: shown.results,
      truncated: shown.truncated || found.capped,
      method: near ? 'words + vectors' : 'words',
      note: found.note,
      took: performance.now() - begin,
    };
  }

  /** Errors: not_found for a message that is not there or was deleted. Rejects with the signal's reason. */
  async similar(id: string, limit: number, signal: AbortSignal): Promise<MessageAnswer> {
    const begin = performance.now();
    const text = await this.#parts.reader.ask('messageText', MESSAGES, { id }, { signal });
    if (text === null) throw new AppError('not_found', 'This message does not exist.');
    const own = await this.#vectorOf(id, text);
    const words = own ? [] : tellingWords(text);
    const found = own
      ? merge([], await this.#near(own))
      : // The space says that nobody is typing the last word.
        merge(
          (await this.#byWords(`${words.join(' ')} `, { role: null, loose: true }, signal)).hits,
          NOTHING_NEAR,
        );
    const others = found.filter((candidate) => candidate.id !== id);
    const shown = await this.#show(others, { words, limit, signal });
    return { ...shown, method: own ? 'vectors' : 'words', note: null, took: performance.now() - begin };
  }

  async #byWords(text: string, how: Omit<WordsInput, 'query'>, signal: AbortSignal): Promise<ByWords> {
    const none: ByWords = { hits: [], capped: false, note: null };
    const query = readWords(text);
    if (!query) return none;
    const { reader, log } = this.#parts;
    try {
      const options = { deadlineMs: WORDS_MS, signal };
      const found = await reader.ask('messagesByWords', MESSAGES, { query, ...how }, options);
      return { ...found, note: found.capped ? CAPPED : null };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || error.code !== 'timeout') throw error;
      log.warn({ err: error }, 'a search of messages took too long');
      return { ...none, note: SLOW };
    }
  }

  /** Null when vectors take no part. */
  async #byMeaning(text: string, signal: AbortSignal): Promise<Nearness | null> {
    const { vectors } = this.#parts;
    if (!vectors.isReady(MESSAGES) || text.trim() === '') return null;
    const late = AbortSignal.timeout(PATIENCE_MS);
    try {
      const vector = await vectors.embedQuery(text, AbortSignal.any([signal, late]), MESSAGES);
      return vector && (await this.#near(vector));
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted) throw error;
      return null;
    }
  }

  async #near(vector: ArrayLike<number>): Promise<Nearness> {
    const found = new Map<string, { meaning: number; around: number }>();
    for (const { textHash, distance } of await this.#parts.vectors.nearest(MESSAGES, vector, DEPTH)) {
      const { id, around } = readPieceHash(textHash);
      const meaning = Math.min(1, (1 - distance - LEAST_COSINE) / (1 - LEAST_COSINE));
      if (meaning > 0 && !found.has(id)) found.set(id, { meaning, around });
    }
    return found;
  }

  /** The mean of the vectors of its pieces; undefined while it has none. */
  async #vectorOf(id: string, text: string): Promise<Float32Array | undefined> {
    const { vectors } = this.#parts;
    if (!vectors.isReady(MESSAGES)) return undefined;
    const [first, ...others] = [...(await vectors.vectorsOf(MESSAGES, piecesOf(id, text))).values()];
    if (!first) return undefined;
    const sum = first.slice();
    for (const vector of others) for (const [at, value] of vector.entries()) sum[at] = (sum[at] ?? 0) + value;
    const length = Math.hypot(...sum) || 1;
    return sum.map((value) => value / length);
  }

  async #show(candidates: readonly Candidate[], { words, limit, role, signal }: Showing) {
    const messages = candidates.map(({ id, around }) => ({ id, around }));
    const input = { messages, words, role: role ?? null, limit: limit + 1 };
    const shown = await this.#parts.reader.ask('messagesShown', MESSAGES, input, { signal });
    const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    const results = shown.slice(0, limit).flatMap((message): FoundMessage[] => {
      const candidate = byId.get(message.id);
      if (!candidate) return [];
      const { id, conversationId, createdAt, ...rest } = message;
      const place = { conversation_id: conversationId, message_id: id, created_at: createdAt };
      return [{ ...place, ...rest, score: scoreOf(candidate), why: whyOf(candidate) }];
    });
    return { results, truncated: shown.length > limit };
  }
}

function tellingWords(text: string): string[] {
  const counts = [...countWords(text)].toSorted(([a, m], [b, n]) => n - m || b.length - a.length);
  return counts.slice(0, TELLING_WORDS).map(([word]) => word);
}
