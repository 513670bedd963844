import type { ConversationDraft } from '#server/kernel/hooks.ts';
import type { TreeMessage } from './markdown.ts';
import type { Room } from './room.ts';
import { newId } from './store.ts';

/** Makes a conversation of what was said in another room. Tells its id. */
export function keepConversation(room: Room, draft: ConversationDraft): string {
  const now = Date.now();
  const messages: TreeMessage[] = [];
  for (const { role, text, reasoning = '' } of draft.messages) {
    messages.push({
      ...{ id: newId(), parentId: messages.at(-1)?.id ?? null, role, text, reasoning, createdAt: now },
      ...EMPTY,
      ...(role === 'assistant' ? { finishReason: 'stop' as const } : {}),
    });
  }
  const { title, modelId, systemPrompt, parameters } = draft;
  const conversation = {
    ...{ id: newId(), title, titleSource: 'auto' as const, modelId, systemPrompt, parameters, pinned: false },
    ...{ workspaceId: null },
    ...{ activeLeafId: messages.at(-1)?.id ?? null, createdAt: now, updatedAt: now },
  };
  const rows = room.transfers.writeTrees([{ conversation, messages }]);
  room.announcements.listed(rows);
  return rows[0]?.id ?? conversation.id;
}

const EMPTY = {
  ...{
    toolCalls: null,
    tokenIds: null,
    status: 'complete' as const,
    finishReason: null,
    usage: null,
    timings: null,
  },
  ...{ model: null, parameters: null, dropped: null, error: null, seed: null, record: null, replay: null },
  ...{ seq: 0, interruptions: 0, prompt: null, citations: null, context: null },
};
