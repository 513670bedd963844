import type { Conversation, ConversationSummary, Message, ReplayResult } from './contract.ts';
import type { ConversationRow, MessageRow } from './store.ts';

export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    title: row.title,
    title_source: row.titleSource,
    model_id: row.modelId,
    system_prompt: row.systemPrompt,
    parameters: row.parameters,
    active_leaf_id: row.activeLeafId,
    pinned: row.pinned,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

export function toSummary(row: ConversationRow, running: boolean): ConversationSummary {
  const { id, title, pinned, createdAt, updatedAt } = row;
  return { id, title, pinned, created_at: createdAt, updated_at: updatedAt, running };
}

/** `versions`: ids of all versions of the message, oldest first. */
export function toMessage(row: MessageRow, versions: string[]): Message {
  return {
    id: row.id,
    conversation_id: row.conversationId,
    parent_id: row.parentId,
    role: row.role,
    text: row.text,
    reasoning: row.reasoning,
    tool_calls: row.toolCalls,
    status: row.status,
    finish_reason: row.finishReason,
    usage: row.usage,
    timings: row.timings,
    model: row.model,
    parameters: row.parameters,
    dropped: row.dropped,
    error: row.error,
    seed: row.seed,
    record: row.record,
    replay: row.replay && toReplayResult(row.replay),
    seq: row.seq,
    interruptions: row.interruptions,
    created_at: row.createdAt,
    versions,
  };
}

/** Without the texts, which only who looks at the difference needs. */
export function toReplayResult(replay: NonNullable<MessageRow['replay']>): ReplayResult {
  const { at, outcome, caveats, tokens, first_difference, error } = replay;
  return { at, outcome, caveats, tokens, first_difference, error };
}
