import type { Emitter } from '#server/kernel/sockets.ts';
import type { ContextStore } from './context-store.ts';
import type { AnswerState, ChatEvents, Replay } from './contract.ts';
import type { ConversationRow, ConversationStore, MessageRow } from './store.ts';
import type { TreeStore } from './tree-store.ts';
import { toMessage, toSummary } from './views.ts';

const LIST = 'chat';

interface Sources {
  events: Emitter<ChatEvents>;
  conversations: ConversationStore;
  tree: TreeStore;
  contexts: ContextStore;
}

/** Tells the open tabs what changed. */
export class Announcements {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  delta(conversationId: string, delta: Parameters<ChatEvents['chat.delta']>[0]): void {
    this.#sources.events.emit(topicOf(conversationId), 'chat.delta', delta);
  }

  state(row: MessageRow, state: AnswerState): void {
    this.#sources.events.emit(topicOf(row.conversationId), 'chat.state', { message_id: row.id, state });
  }

  replay(conversationId: string, replay: Replay): void {
    this.#sources.events.emit(topicOf(conversationId), 'chat.replay', replay);
  }

  /** A message was made, or reached its end. */
  message(row: MessageRow): void {
    const { tree, contexts, events } = this.#sources;
    const versions = tree.versions([row]).get(row.id) ?? [];
    const message = toMessage(row, { versions, context: contexts.find(row.id) });
    events.emit(topicOf(row.conversationId), 'chat.message', message);
  }

  /** The path, title, model or parameters changed. */
  conversation(row: ConversationRow): void {
    this.#sources.events.emit(topicOf(row.id), 'chat.changed', { conversation_id: row.id });
    this.listed([row]);
  }

  listed(rows: readonly ConversationRow[]): void {
    const running = this.#sources.conversations.runningIn();
    const changed = rows
      .filter((row) => row.deletedAt === null)
      .map((row) => toSummary(row, running.has(row.id)));
    if (changed.length > 0) this.#sources.events.emit(LIST, 'chat.listed', { changed, removed: [] });
  }

  removed(ids: string[]): void {
    if (ids.length > 0) this.#sources.events.emit(LIST, 'chat.listed', { changed: [], removed: ids });
  }
}

export const TOPICS = [/^conversation:[0-9A-HJKMNP-TV-Z]{26}$/, /^chat$/];

function topicOf(conversationId: string): string {
  return `conversation:${conversationId}`;
}
