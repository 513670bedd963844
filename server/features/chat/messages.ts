import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { MessageContext } from './context-store.ts';
import { type AskedContext, chatRoutes, type Parameters } from './contract.ts';
import { openConversation, viewMessages } from './conversations.ts';
import {
  DEFAULT_MAX_TOKENS,
  findModel,
  type Overflow,
  parametersInForce,
  type Plan,
  planAnswer,
  reservedTokens,
} from './plan.ts';
import { type PathMessage, promptOf, withoutContexts, withoutOldest } from './prompt.ts';
import type { Room } from './room.ts';
import { type ConversationRow, type MessageRow, newId } from './store.ts';
import { type AnswerDraft, isUnfinished, MANY, type SentMessage } from './tree-store.ts';
import { toConversation } from './views.ts';

/** Routes about single messages. */
export function createMessageRoutes(room: Room) {
  return createRoutes()
    .openapi(chatRoutes.send, async (c) => {
      const { text, request_id, parent_id, overflow, ...asked } = c.req.valid('json');
      const conversation = room.conversations.find(c.req.valid('param').id);
      const parentId = parent_id === undefined ? conversation.activeLeafId : parent_id;
      const sent = { conversationId: conversation.id, id: request_id, parentId, text };
      const context = room.evidence.wantedBy(conversation, asked.context);
      return c.json(await send(room, { ...sent, context }, { overflow }), 200);
    })
    .openapi(chatRoutes.edit, async (c) => {
      const { text, overflow, context } = c.req.valid('json');
      const row = room.tree.find(c.req.valid('param').id);
      if (row.role !== 'user')
        throw new AppError('invalid_request', 'Only a message that was sent can be edited.');
      return c.json(await askAgain(room, row, { text, overflow, context }), 200);
    })
    .openapi(chatRoutes.regenerate, async (c) => {
      const row = room.tree.find(c.req.valid('param').id);
      const { refresh, ...again } = c.req.valid('json');
      const question = questionOf(room, row);
      if (refresh) return c.json(await askAgain(room, question, { ...again, text: question.text }), 200);
      return c.json({ user: null, answer: await regenerate(room, question, again) }, 200);
    })
    .openapi(chatRoutes.resume, async (c) => {
      const row = room.tree.find(c.req.valid('param').id);
      return c.json(await resume(room, row, c.req.valid('json').max_tokens), 200);
    })
    .openapi(chatRoutes.stop, (c) => {
      const { id } = room.tree.find(c.req.valid('param').id);
      return c.json({ stopped: room.answers.stop(id) }, 200);
    })
    .openapi(chatRoutes.select, (c) => {
      const conversation = room.tree.select(room.tree.find(c.req.valid('param').id));
      room.announcements.conversation(conversation);
      return c.json(openConversation(room, conversation), 200);
    })
    .openapi(chatRoutes.branch, (c) => {
      const conversation = room.tree.branch(room.tree.find(c.req.valid('param').id));
      room.announcements.listed([conversation]);
      return c.json(toConversation(conversation), 200);
    })
    .openapi(chatRoutes.removeMessage, (c) => {
      const row = room.tree.find(c.req.valid('param').id);
      for (const id of room.tree.unfinishedBelow(row.id)) room.answers.stop(id);
      const conversation = room.tree.remove(row);
      room.announcements.conversation(conversation);
      return c.json(openConversation(room, conversation), 200);
    })
    .openapi(chatRoutes.restoreMessage, (c) => {
      const conversation = room.tree.restore(c.req.valid('param').id);
      room.announcements.conversation(conversation);
      return c.json(openConversation(room, conversation), 200);
    })
    .openapi(chatRoutes.sources, async (c) => {
      const { id } = room.tree.find(c.req.valid('param').id);
      return c.json(await room.evidence.sourcesOf(id), 200);
    })
    .openapi(chatRoutes.live, (c) => {
      const row = room.tree.find(c.req.valid('param').id);
      const { after } = c.req.valid('query');
      return c.json({ message: viewMessage(room, row), ...room.answers.live(row, after) }, 200);
    })
    .openapi(chatRoutes.replay, async (c) =>
      c.json(await room.replays.start(room.tree.find(c.req.valid('param').id)), 200),
    )
    .openapi(chatRoutes.replayState, (c) =>
      c.json(room.replays.state(room.tree.find(c.req.valid('param').id)), 200),
    )
    .openapi(chatRoutes.cancelReplay, (c) => {
      const { id } = room.tree.find(c.req.valid('param').id);
      return c.json({ cancelled: room.replays.cancel(id) }, 200);
    });
}

function viewMessage(room: Room, row: MessageRow) {
  const [message] = viewMessages(room, [row]);
  if (!message) throw new AppError('internal', 'A message got lost on its way to the screen.');
  return message;
}

type Choice = Pick<Preparation, 'overflow' | 'modelId' | 'parameters'>;

async function send(room: Room, sent: SentMessage, choice: Choice) {
  const before = room.tree.findSent(sent);
  if (before) return { user: viewMessage(room, before.user), answer: viewMessage(room, before.answer) };
  const conversation = room.conversations.find(sent.conversationId);
  const path = pathTo(room, conversation.id, sent.parentId);
  const last = path.at(-1);
  if (last && isUnfinished(last)) {
    throw new AppError('conflict', 'The answer above is still being written. Wait for it, or stop it first.');
  }
  const question: PathMessage = { id: sent.id, role: 'user', text: sent.text };
  const asked = [...room.evidence.withEvidence(path), question];
  const { plan, draft } = await prepare(room, { ...choice, conversation, path: asked });
  const { user, answer, repeated } = room.tree.send(sent, draft);
  if (!repeated) {
    room.announcements.message(user);
    announceAnswer(room, answer);
    room.answers.begin(answer, { ...plan, wanted: room.evidence.missingOf(user.id) });
  }
  return { user: viewMessage(room, user), answer: viewMessage(room, answer) };
}

interface Again {
  model_id?: string | undefined;
  parameters?: Parameters | undefined;
  overflow: Overflow;
}

/** A version of a question with its own search, and an answer to it. */
async function askAgain(
  room: Room,
  question: MessageRow,
  { text, context, ...again }: Again & { text: string; context?: AskedContext | null | undefined },
) {
  const { id, conversationId, parentId } = question;
  const conversation = room.conversations.find(conversationId);
  const before = room.contexts.find(id);
  const asked = context === undefined && before ? askedBy(before) : context;
  const sent = { conversationId, id: newId(), parentId, text };
  const { overflow, model_id: modelId, parameters } = again;
  const wanted = room.evidence.wantedBy(conversation, asked);
  return send(room, { ...sent, context: wanted }, { overflow, modelId, parameters });
}

function askedBy({ workspaceId, asked }: MessageContext): AskedContext {
  return { workspace_id: workspaceId, ...asked };
}

function questionOf(room: Room, row: MessageRow): MessageRow {
  if (row.role === 'user') return row;
  if (row.parentId !== null) return room.tree.find(row.parentId);
  throw new AppError('invalid_request', 'This answer has no question to answer again.');
}

async function regenerate(room: Room, question: MessageRow, { model_id, parameters, overflow }: Again) {
  const conversation = room.conversations.find(question.conversationId);
  const path = room.evidence.withEvidence(room.tree.path(question.id, MANY));
  const { plan, draft } = await prepare(room, {
    ...{ conversation, path, overflow, modelId: model_id, parameters },
  });
  const answer = room.tree.answer(question, draft);
  announceAnswer(room, answer);
  room.answers.begin(answer, { ...plan, wanted: room.evidence.missingOf(question.id) });
  return viewMessage(room, answer);
}

interface Preparation {
  conversation: ConversationRow;
  path: readonly PathMessage[];
  overflow: Overflow;
  modelId?: string | undefined;
  parameters?: Parameters | undefined;
}

async function prepare(room: Room, asked: Preparation): Promise<{ plan: Plan; draft: AnswerDraft }> {
  const { conversation, path, overflow } = asked;
  const model = await findModel(room.hooks, asked.modelId ?? conversation.modelId);
  const parameters = parametersInForce({
    ...model.sampling,
    ...conversation.parameters,
    ...asked.parameters,
  });
  const chosen = asked.parameters?.max_tokens ?? conversation.parameters.max_tokens;
  const reserved = reservedTokens(model.contextWindow, chosen);
  const { systemPrompt } = conversation;
  const plan = await planAnswer(room.generations, { model, systemPrompt, path, overflow, reserved });
  const { id, name, quantization } = model;
  return {
    plan,
    draft: { model: { id, name, quantization, hash: null }, parameters, dropped: plan.dropped },
  };
}

/** Goes on from the token ids; an answer that has none yet begins again. */
async function resume(room: Room, row: MessageRow, maxTokens: number | undefined) {
  requireResumable(row);
  const conversation = room.conversations.find(row.conversationId);
  const model = await findModel(room.hooks, row.model?.id ?? conversation.modelId);
  const done = (row.tokenIds?.length ?? 0) / 4;
  const budget = row.parameters?.max_tokens ?? DEFAULT_MAX_TOKENS;
  const step = maxTokens ?? conversation.parameters.max_tokens ?? DEFAULT_MAX_TOKENS;
  const max_tokens = maxTokens === undefined && budget > done ? budget : done + step;
  const parameters = parametersInForce({ ...(row.parameters ?? conversation.parameters), max_tokens });
  const path = room.evidence.withEvidence(pathTo(room, row.conversationId, row.parentId));
  const reserved = reservedTokens(model.contextWindow, max_tokens);
  const { systemPrompt } = conversation;
  const asked = { model, systemPrompt, path, overflow: 'refuse' as const, reserved };
  const plan =
    done > 0
      ? { ...asked, parts: partsOf(row, systemPrompt, path), dropped: row.dropped, counting: undefined }
      : {
          ...(await planAnswer(room.generations, asked)),
          wanted: row.parentId === null ? undefined : room.evidence.missingOf(row.parentId),
        };
  const { id, name, quantization } = model;
  const hash = row.model?.id === id ? row.model.hash : null;
  const queued = room.tree.requeue(row, { model: { id, name, quantization, hash }, parameters });
  if (!queued) throw new AppError('conflict', 'This answer is being continued already.');
  announceAnswer(room, queued);
  room.answers.begin(queued, plan);
  return viewMessage(room, queued);
}

/** The prompt that an answer began with. */
function partsOf({ dropped }: MessageRow, systemPrompt: string, path: readonly PathMessage[]) {
  const whole = promptOf(systemPrompt, withoutContexts(path, dropped?.contexts ?? 0));
  return withoutOldest(whole, dropped?.messages ?? 0);
}

function requireResumable(row: MessageRow): void {
  if (row.role !== 'assistant') throw new AppError('invalid_request', 'Only an answer can be continued.');
  if (isUnfinished(row)) throw new AppError('conflict', 'This answer is still being written.');
  if (row.finishReason === 'stop' || row.finishReason === 'tool_calls') {
    throw new AppError('conflict', 'This answer is complete.');
  }
  if (row.text !== '' && !row.tokenIds?.length) {
    throw new AppError(
      'conflict',
      'The tokens of this answer are not known, so it cannot go on. Regenerate it.',
    );
  }
}

function announceAnswer(room: Room, answer: MessageRow): void {
  room.announcements.message(answer);
  for (const row of room.conversations.stored([answer.conversationId])) room.announcements.conversation(row);
}

function pathTo(room: Room, conversationId: string, leafId: string | null): MessageRow[] {
  if (leafId !== null) room.tree.findIn(conversationId, leafId);
  return room.tree.path(leafId, MANY);
}
