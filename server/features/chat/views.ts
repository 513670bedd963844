import type { MessageContext as StoredContext } from './context-store.ts';
import type { Conversation, ConversationSummary, Message, MessageContext, ReplayResult } from './contract.ts';
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
    workspace_id: row.workspaceId,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

export function toSummary(row: ConversationRow, running: boolean): ConversationSummary {
  const { id, title, pinned, createdAt, updatedAt } = row;
  return { id, title, pinned, created_at: createdAt, updated_at: updatedAt, running };
}

/** What is told of a message beside its row. `versions`: ids of all versions of it, oldest first. */
export interface MessageSides {
  versions: string[];
  context: StoredContext | undefined;
}

export function toMessage(row: MessageRow, { versions, context }: MessageSides): Message {
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
    context: context === undefined ? null : toContext(context),
    citations: row.citations,
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

function toContext({ workspaceId, asked, found }: StoredContext): MessageContext {
  if (found === null) return { workspace_id: workspaceId, ...asked, found };
  const { text: _, sources, ...rest } = found;
  const bare = sources.map(({ text: __, ...source }) => source);
  return { workspace_id: workspaceId, ...asked, found: { ...rest, sources: bare } };
}

/** Without the texts, which only who looks at the difference needs. */
export function toReplayResult(replay: NonNullable<MessageRow['replay']>): ReplayResult {
  const { at, outcome, caveats, tokens, first_difference, error } = replay;
  return { at, outcome, caveats, tokens, first_difference, error };
}
