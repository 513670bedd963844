import { z } from 'zod';
import { parse } from 'yaml';
import { AppError } from '#server/kernel/errors.ts';
import { FinishReason, ToolCall } from '#server/worker/protocol.ts';
import type { MessageContext } from './context-store.ts';
import { ID, Message } from './shapes.ts';
import {
  closingFence,
  type ConversationTree,
  END,
  FORMAT,
  MARK,
  type TreeMessage,
  VERSION,
  WholeContext,
} from './markdown.ts';
import { dropUnreadablePrompts, type MessagePart, MessageParts } from './message-parts.ts';
import { Parameters } from './parameters.ts';

/** A constraint of the largest size, each of its characters escaped, and what else a header holds. */
const MAX_HEADER_BYTES = 512 * 1024;
const MAX_MESSAGES = 100_000;

const Id = z.string().regex(ID, 'must be a 26-character id');
const Time = z.iso.datetime().transform((text) => Date.parse(text));
const Bytes = z.int().min(0);

const FrontMatter = z.object({
  format: z.literal(FORMAT),
  version: z.int().min(1).max(VERSION),
  id: Id,
  title: z.string().max(200),
  title_source: z.enum(['auto', 'user']),
  model_id: z.string().max(200).nullable(),
  parameters: Parameters,
  active_leaf_id: Id.nullable(),
  pinned: z.boolean(),
  workspace_id: Id.nullable().default(null),
  created_at: Time,
  updated_at: Time,
});

const SystemHeader = z.object({ bytes: Bytes });
const TokensHeader = z.object({ id: Id });
const PromptHeader = z.object({
  id: Id,
  base_id: Id.nullable().default(null),
  shared: z.int().min(0).default(0),
});
const PartHeader = z.object({ id: Id, bytes: Bytes });
const ToolCalls = z.array(ToolCall);
const fields = Message.shape;
const MessageHeader = z.object({
  id: Id,
  parent_id: Id.nullable().default(null),
  role: fields.role,
  status: z.enum(['interrupted', 'complete', 'failed']),
  created_at: Time,
  finish_reason: FinishReason.nullable().default(null),
  model: fields.model.default(null),
  parameters: fields.parameters.default(null),
  usage: fields.usage.default(null),
  timings: fields.timings.default(null),
  seed: z.int().nullable().default(null),
  record: fields.record.default(null),
  replay: fields.replay.default(null),
  seq: z.int().min(0),
  interruptions: z.int().min(0),
  dropped: fields.dropped.default(null),
  citations: fields.citations.default(null),
  error: fields.error.default(null),
  bytes: Bytes,
});

/**
 * Reads what `writeMarkdown` wrote. A message that a person edited in the file keeps its new text and loses its
 * token ids. Errors: invalid_request, saying what is wrong and where.
 */
export function readMarkdown(file: Buffer): ConversationTree {
  const { front, body } = splitFrontMatter(file);
  const tree: ConversationTree = { conversation: readFrontMatter(front), messages: [] };
  const parts = new MessageParts();
  for (const found of blocks(body)) {
    if (found.kind === 'system') tree.conversation.systemPrompt = found.text;
    else if (found.kind === 'message') {
      tree.messages.push(found.message);
      if (found.edited) parts.edited.add(found.message.id);
      if (tree.messages.length > MAX_MESSAGES) throw refuse(`has more than ${MAX_MESSAGES} messages`);
    } else parts.take(found);
  }
  for (const message of tree.messages) parts.giveTo(message);
  requireTree(tree);
  dropUnreadablePrompts(tree.messages);
  return tree;
}

function splitFrontMatter(file: Buffer): { front: string; body: Buffer } {
  const start = file.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
  const head = file.subarray(start, start + MAX_HEADER_BYTES).toString('latin1');
  const match = /^---\r?\n([\s\S]*?\n)---\r?\n/.exec(head);
  if (!match) throw refuse('does not begin with the front matter of an exported conversation');
  const end = start + match[0].length;
  return {
    front: file
      .subarray(start, end)
      .toString('utf8')
      .replace(/^---|---\s*$/g, ''),
    body: file.subarray(end),
  };
}

function readFrontMatter(front: string): ConversationTree['conversation'] {
  let value: unknown;
  try {
    value = parse(front, { maxAliasCount: 0, schema: 'core', logLevel: 'error' });
  } catch (error) {
    throw refuse('has front matter that is not valid YAML', error);
  }
  const read = check(FrontMatter, value, 'front matter');
  return {
    id: read.id,
    title: read.title,
    titleSource: read.title_source,
    modelId: read.model_id,
    systemPrompt: '',
    parameters: read.parameters,
    activeLeafId: read.active_leaf_id,
    pinned: read.pinned,
    workspaceId: read.workspace_id,
    createdAt: read.created_at,
    updatedAt: read.updated_at,
  };
}

type Block =
  | { kind: 'system'; text: string }
  | { kind: 'message'; message: TreeMessage; edited: boolean }
  | MessagePart;

/** The marked comments of the file in order, each with what belongs to it. */
function* blocks(body: Buffer): Generator<Block> {
  let at = 0;
  while (true) {
    at = body.indexOf(MARK, at);
    if (at < 0) return;
    const close = body.indexOf('-->', at);
    if (close < 0) throw refuse('has a comment without an end');
    const { kind, header, rest } = splitComment(body.subarray(at + MARK.length, close).toString('utf8'));
    const start = close + (body[close + 3] === 0x0d ? 5 : 4);
    if (kind === 'tokens') {
      yield { kind, id: check(TokensHeader, json(header), 'tokens').id, tokenIds: readIds(rest) };
      at = close + 3;
    } else if (kind === 'context') {
      const { id } = check(TokensHeader, json(header), 'context');
      const said = parseJson(readBase64(rest, 'sources').toString('utf8'));
      yield { kind, id, context: toMessageContext(check(WholeContext, said, 'context')) };
      at = close + 3;
    } else if (kind === 'prompt') {
      const { id, base_id: baseId, shared } = check(PromptHeader, json(header), 'prompt');
      yield { kind, id, prompt: { baseId, shared, tail: readIds(rest) } };
      at = close + 3;
    } else if (kind === 'reasoning' || kind === 'tool-calls') {
      const { id, bytes } = check(PartHeader, json(header), kind);
      const { text, edited, end } = readText(body, start, bytes);
      yield kind === 'reasoning'
        ? { kind, id, text, edited }
        : { kind, id, calls: check(ToolCalls, parseJson(unfenced(text)), kind) };
      at = end;
    } else if (kind === 'system') {
      const { text, end } = readText(body, start, check(SystemHeader, json(header), 'system prompt').bytes);
      yield { kind, text };
      at = end;
    } else if (kind === 'message') {
      const read = check(MessageHeader, json(header), 'message');
      const { text, edited, end } = readText(body, start, read.bytes);
      yield { kind, message: toTreeMessage(read, text), edited };
      at = end;
    } else throw refuse(`has a comment of an unknown kind "${kind.slice(0, 40)}"`);
  }
}

/** `kind header`, and the lines below it. No pattern here: a hostile file could make one take minutes. */
function splitComment(comment: string): { kind: string; header: string; rest: string } {
  const line = comment.indexOf('\n');
  const first = (line < 0 ? comment : comment.slice(0, line)).trim();
  const space = first.indexOf(' ');
  if (space < 0) return { kind: first, header: '', rest: '' };
  return {
    kind: first.slice(0, space),
    header: first.slice(space + 1),
    rest: line < 0 ? '' : comment.slice(line + 1),
  };
}

/** Text by its length; when a person changed it, up to the first end mark. */
function readText(
  body: Buffer,
  start: number,
  bytes: number,
): { text: string; edited: boolean; end: number } {
  const text = body.subarray(start, start + bytes).toString('utf8');
  const tail = Buffer.from(`\n${closingFence(text)}${END}`);
  const end = start + bytes + tail.length;
  if (Buffer.byteLength(text) === bytes && body.subarray(start + bytes, end).equals(tail))
    return { text, edited: false, end };
  const mark = body.indexOf(END, start);
  if (mark < 0) throw refuse('has a message without its end mark');
  const changed = body
    .subarray(start, mark)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  const converted = body[start - 2] === 0x0d;
  return {
    text: converted ? changed.replaceAll('\r\n', '\n') : changed,
    edited: true,
    end: mark + END.length,
  };
}

function toTreeMessage(read: z.infer<typeof MessageHeader>, text: string): TreeMessage {
  return {
    id: read.id,
    parentId: read.parent_id,
    role: read.role,
    text,
    reasoning: '',
    toolCalls: null,
    tokenIds: null,
    prompt: null,
    status: read.status,
    finishReason: read.finish_reason,
    usage: read.usage,
    timings: read.timings,
    model: read.model,
    parameters: read.parameters,
    dropped: read.dropped,
    citations: read.citations,
    context: null,
    error: read.error,
    seed: read.seed,
    record: read.record,
    replay: read.replay,
    seq: read.seq,
    interruptions: read.interruptions,
    createdAt: read.created_at,
  };
}

/** Unique ids, every parent present, no circle, the active leaf among them. */
function requireTree({ conversation, messages }: ConversationTree): void {
  const ids = new Set(messages.map((message) => message.id));
  if (ids.size !== messages.length) throw refuse('has two messages with the same id');
  if (conversation.activeLeafId !== null && !ids.has(conversation.activeLeafId)) {
    throw refuse('names an active message that is not in it');
  }
  const children = Map.groupBy(messages, (message) => message.parentId);
  const reached: (string | null)[] = [null];
  for (const id of reached) for (const child of children.get(id) ?? []) reached.push(child.id);
  if (reached.length - 1 !== messages.length)
    throw refuse('has messages whose parents are missing or in a circle');
}

function json(text: string): unknown {
  if (text.length > MAX_HEADER_BYTES) throw refuse('has a comment that is too long');
  return parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // Nesting that can be read but not written again would fail later, in the database.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw refuse('has a comment that is not valid JSON', error);
  }
}

/** What stands between the first line and the last. */
function unfenced(text: string): string {
  return text.slice(text.indexOf('\n') + 1, Math.max(0, text.lastIndexOf('\n')));
}

function readIds(text: string): Buffer {
  const bytes = readBase64(text, 'token ids');
  if (bytes.length % 4 !== 0) throw refuse('has token ids that cannot be read');
  return bytes;
}

function readBase64(text: string, what: string): Buffer {
  const compact = text.replace(/\s+/g, '');
  const bytes = Buffer.from(compact, 'base64');
  if (bytes.toString('base64') !== compact) throw refuse(`has ${what} that cannot be read`);
  return bytes;
}

function toMessageContext(read: z.infer<typeof WholeContext>): MessageContext {
  const { workspace_id: workspaceId, found, ...asked } = read;
  return { workspaceId, asked, found };
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, place: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = [place, ...(issue?.path ?? [])].map(String).join('.');
  throw refuse(`has a wrong value at ${field}: ${issue?.message ?? 'not valid'}`);
}

function refuse(reason: string, cause?: unknown): AppError {
  return new AppError('invalid_request', `The file ${reason}.`, { cause });
}
