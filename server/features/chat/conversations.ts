import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { chatRoutes, type ConversationView, type TokenCount } from './contract.ts';
import { findModel, reservedTokens, weighPath, within } from './plan.ts';
import { type PathMessage, weighPrompt } from './prompt.ts';
import type { Room } from './room.ts';
import type { ConversationRow, ConversationSettings, MessageRow } from './store.ts';
import { MANY } from './tree-store.ts';
import { toConversation, toMessage, toSummary } from './views.ts';

const COUNT_MS = 10_000;
/** Stands for a message that is still to be sent. */
const DRAFT = 'draft';

/** Routes about conversations as a whole. */
export function createConversationRoutes(room: Room) {
  return createRoutes()
    .openapi(chatRoutes.list, (c) => {
      const { cursor, limit } = c.req.valid('query');
      const { rows, nextCursor, total } = room.conversations.list(cursor, limit);
      const running = room.conversations.runningIn();
      const items = rows.map((row) => toSummary(row, running.has(row.id)));
      return c.json({ items, next_cursor: nextCursor, total }, 200);
    })
    .openapi(chatRoutes.create, async (c) => {
      const row = room.conversations.create(await readSettings(room, c.req.valid('json')));
      room.announcements.listed([row]);
      return c.json(toConversation(row), 200);
    })
    .openapi(chatRoutes.open, (c) => {
      const row = room.conversations.find(c.req.valid('param').id);
      return c.json(openConversation(room, row, c.req.valid('query')), 200);
    })
    .openapi(chatRoutes.update, async (c) => {
      const { id } = c.req.valid('param');
      room.conversations.find(id);
      const row = room.conversations.update(id, await readSettings(room, c.req.valid('json')));
      room.announcements.conversation(row);
      return c.json(toConversation(row), 200);
    })
    .openapi(chatRoutes.remove, (c) => {
      const removed = room.conversations.remove(c.req.valid('json').ids);
      for (const id of room.tree.unfinishedIn(removed)) room.answers.stop(id);
      room.replays.cancelIn(removed);
      room.announcements.removed(removed);
      return c.json({ deleted: removed.length }, 200);
    })
    .openapi(chatRoutes.restore, (c) => {
      const rows = room.conversations.restore(c.req.valid('json').ids);
      room.announcements.listed(rows);
      return c.json({ restored: rows.length }, 200);
    })
    .openapi(chatRoutes.count, async (c) => {
      const row = room.conversations.find(c.req.valid('param').id);
      return c.json(await countNext(room, row, c.req.valid('json')), 200);
    })
    .openapi(chatRoutes.countNew, async (c) => {
      const { text, model_id: modelId = null, system_prompt: systemPrompt, max_tokens } = c.req.valid('json');
      return c.json(
        await countPrompt(room, { modelId, systemPrompt, path: [], text, maxTokens: max_tokens }),
        200,
      );
    });
}

/** The end of the active path, or what comes before `before` on the path to it. */
export function openConversation(
  room: Room,
  row: ConversationRow,
  { before, limit = 100 }: { before?: string | undefined; limit?: number } = {},
): ConversationView {
  const leaf = before === undefined ? row.activeLeafId : room.tree.findIn(row.id, before).parentId;
  const rows = room.tree.path(leaf, limit);
  const first = rows[0];
  return {
    conversation: toConversation(row),
    messages: viewMessages(room, rows),
    before: first?.parentId ? first.id : null,
  };
}

/** Messages as the browser gets them, running ones up to this moment. */
export function viewMessages(room: Room, rows: readonly MessageRow[]) {
  const versions = room.tree.versions(rows);
  const contexts = room.contexts.of(rows.filter(({ role }) => role === 'user').map(({ id }) => id));
  return rows.map((row) => {
    const sides = { versions: versions.get(row.id) ?? [], context: contexts.get(row.id) };
    return toMessage(room.answers.complete(row), sides);
  });
}

interface AskedSettings {
  title?: string | undefined;
  model_id?: string | null | undefined;
  system_prompt?: string | undefined;
  parameters?: ConversationSettings['parameters'] | undefined;
  pinned?: boolean | undefined;
  workspace_id?: string | null | undefined;
}

async function readSettings(room: Room, asked: AskedSettings): Promise<ConversationSettings> {
  if (asked.model_id) await findModel(room.hooks, asked.model_id);
  return {
    ...(asked.title === undefined ? {} : { title: asked.title.trim() }),
    ...(asked.model_id === undefined ? {} : { modelId: asked.model_id }),
    ...(asked.system_prompt === undefined ? {} : { systemPrompt: asked.system_prompt }),
    ...(asked.parameters === undefined ? {} : { parameters: asked.parameters }),
    ...(asked.pinned === undefined ? {} : { pinned: asked.pinned }),
    ...(asked.workspace_id === undefined ? {} : { workspaceId: asked.workspace_id }),
  };
}

interface Draft {
  text: string;
  model_id?: string | undefined;
  parent_id?: string | null | undefined;
}

function countNext(room: Room, row: ConversationRow, draft: Draft): Promise<TokenCount> {
  const leaf = draft.parent_id === undefined ? row.activeLeafId : draft.parent_id;
  if (leaf !== null) room.tree.findIn(row.id, leaf);
  return countPrompt(room, {
    modelId: draft.model_id ?? row.modelId,
    systemPrompt: row.systemPrompt,
    path: room.evidence.withEvidence(
      room.tree.path(leaf, MANY).map((message) => room.answers.complete(message)),
    ),
    text: draft.text,
    maxTokens: row.parameters.max_tokens,
  });
}

interface PromptToCount {
  modelId: string | null;
  systemPrompt: string;
  path: readonly PathMessage[];
  text: string;
  maxTokens: number | undefined;
}

async function countPrompt(room: Room, asked: PromptToCount): Promise<TokenCount> {
  const model = await findModel(room.hooks, asked.modelId);
  const path = [...asked.path, { id: DRAFT, role: 'user' as const, text: asked.text }];
  const reserved = reservedTokens(model.contextWindow, asked.maxTokens);
  const { systemPrompt } = asked;
  const weighing = weighPath(room.generations, { model, systemPrompt, path, reserved }, asked.text);
  const weighed = await within(weighing, COUNT_MS);
  if (!weighed) throw new AppError('timeout', 'The model is still loading; ask again in a moment.');
  const { parts, count, contexts } = weighed;
  const weight = weighPrompt(parts, count, reserved);
  return {
    tokens: count.tokens,
    draft_tokens: count.textTokens,
    context_window: count.contextWindow,
    reserved,
    overflow: weight.overflow,
    would_drop: {
      messages: weight.dropped.messages,
      tokens: weight.dropped.tokens,
      contexts: contexts.dropped,
    },
    parts: weight.parts.map((part) => ({
      message_id: part.messageIds.findLast((id) => id !== DRAFT) ?? null,
      role: part.message.role,
      tokens: part.tokens,
      dropped: part.dropped,
    })),
  };
}
