import { stringify } from 'yaml';
import { ContextFound } from '../retrieval/context/contract.ts';
import type { MessageContext } from './context-store.ts';
import { AskedContext } from './shapes.ts';
import type { PromptDelta } from './prompt-store.ts';
import type { ConversationRow, MessageRow } from './store.ts';
import { toReplayResult } from './views.ts';

/** A conversation with all its messages, branches and versions included, that are not deleted. */
export interface ConversationTree {
  conversation: Pick<
    ConversationRow,
    | 'id'
    | 'title'
    | 'titleSource'
    | 'modelId'
    | 'systemPrompt'
    | 'parameters'
    | 'activeLeafId'
    | 'pinned'
    | 'workspaceId'
    | 'createdAt'
    | 'updatedAt'
  >;
  messages: TreeMessage[];
}

export type TreeMessage = Omit<MessageRow, 'conversationId' | 'updatedAt' | 'deletedAt'> & {
  /** What the answer was asked with, for those that recorded it. */
  prompt: PromptDelta | null;
  /** What of a workspace went with a question. */
  context: MessageContext | null;
};

/** A question's evidence as the file keeps it. */
export const WholeContext = AskedContext.extend({ found: ContextFound.nullable() });

export const FORMAT = 'mlx-code-conversation';
/** 2 brought reasoning, tool calls, prompts and records, 3 sources and citations; older files are read as well. */
export const VERSION = 3;
/** Starts every comment that the reader looks at; a message's text is skipped by its length, so it may hold this too. */
export const MARK = '<!-- mlx-code:';
export const END = '<!-- mlx-code:end -->';

/**
 * The conversation as Markdown that reads well in any viewer and from which `readMarkdown` restores the same tree.
 * The active path comes first, then the other versions; what only the importer needs is in HTML comments.
 */
export function writeMarkdown({ conversation, messages }: ConversationTree): string {
  const ordered = messages.toSorted((a, b) => a.createdAt - b.createdAt || compare(a.id, b.id));
  const labels = versionLabels(ordered);
  const shown = pathTo(ordered, conversation.activeLeafId);
  const path = ordered
    .filter((message) => shown.has(message.id))
    .toSorted((a, b) => order(shown, a) - order(shown, b));
  const others = ordered.filter((message) => !shown.has(message.id));
  const section = (message: TreeMessage) => writeMessage(message, labels.get(message.id) ?? '');
  return [
    `---\n${frontMatter(conversation)}---\n`,
    `# ${escapeLine(conversation.title || 'Untitled')}\n`,
    ...(conversation.systemPrompt
      ? [block({ heading: 'System prompt', kind: 'system', fields: {} }, conversation.systemPrompt)]
      : []),
    ...path.map(section),
    ...(others.length ? ['---\n', '# Other versions\n', ...others.map(section)] : []),
    ...ordered.flatMap(({ id, tokenIds, prompt, context }) => [
      ...(context === null ? [] : [contextBlock(id, context)]),
      ...(tokenIds === null ? [] : [idBlock('tokens', { id }, tokenIds)]),
      ...(prompt === null ? [] : [promptBlock(id, prompt)]),
    ]),
  ].join('\n');
}

/** The fence that closes what `text` leaves open, so that a cut-off answer does not swallow the rest of the page. */
export function closingFence(text: string): string {
  let open = '';
  for (const [, fence = '', rest = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})(.*)$/gm)) {
    if (open === '') open = fence[0] === '`' && rest.includes('`') ? '' : fence;
    else if (fence[0] === open[0] && fence.length >= open.length && rest.trim() === '') open = '';
  }
  return open === '' ? '' : `${open}\n`;
}

function frontMatter(conversation: ConversationTree['conversation']): string {
  const fields = {
    format: FORMAT,
    version: VERSION,
    id: conversation.id,
    title: conversation.title,
    title_source: conversation.titleSource,
    model_id: conversation.modelId,
    parameters: conversation.parameters,
    active_leaf_id: conversation.activeLeafId,
    pinned: conversation.pinned,
    workspace_id: conversation.workspaceId,
    created_at: new Date(conversation.createdAt).toISOString(),
    updated_at: new Date(conversation.updatedAt).toISOString(),
  };
  // Every string quoted as JSON does: nothing in a title can then be read as YAML.
  return stringify(fields, {
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    doubleQuotedAsJSON: true,
    aliasDuplicateObjects: false,
  });
}

function writeMessage(message: TreeMessage, label: string): string {
  const name = message.role === 'user' ? 'You' : message.model?.name || 'Assistant';
  const fields = {
    id: message.id,
    parent_id: message.parentId,
    role: message.role,
    status: message.status === 'queued' || message.status === 'running' ? 'interrupted' : message.status,
    created_at: new Date(message.createdAt).toISOString(),
    finish_reason: message.finishReason,
    model: message.model,
    parameters: message.parameters,
    usage: message.usage,
    timings: message.timings,
    seed: message.seed,
    record: message.record,
    replay: message.replay && toReplayResult(message.replay),
    seq: message.seq,
    interruptions: message.interruptions,
    dropped: message.dropped,
    citations: message.citations,
    error: message.error,
  };
  const before = message.reasoning === '' ? '' : `${thought(message)}\n`;
  const calls = message.toolCalls === null ? '' : `\n${calledTools(message.id, message.toolCalls)}`;
  const after = `${calls}${writeSources(message)}`;
  return `${block({ heading: `${name}${label}`, kind: 'message', fields, before }, message.text)}${after}`;
}

/** Folded away where HTML is shown, quiet text elsewhere. */
function thought({ id, reasoning }: TreeMessage): string {
  const summary = '<details><summary>Thought</summary>\n\n';
  return `${summary}${marked('reasoning', { id }, reasoning)}\n</details>\n`;
}

function calledTools(id: string, calls: NonNullable<TreeMessage['toolCalls']>): string {
  return marked('tool-calls', { id }, `\`\`\`json\n${JSON.stringify(calls, null, 2)}\n\`\`\``);
}

interface BlockHead {
  heading: string;
  kind: string;
  fields: Record<string, unknown>;
  /** Shown between heading and text. */
  before?: string;
}

function block({ heading, kind, fields, before = '' }: BlockHead, text: string): string {
  const said = Object.entries(fields).filter(([, value]) => value !== null);
  return `## ${escapeLine(heading)}\n\n${before}${marked(kind, Object.fromEntries(said), text)}`;
}

/** A text between its comment, which tells its length, and the end mark. */
function marked(kind: string, fields: Record<string, unknown>, text: string): string {
  const json = commentJson({ ...fields, bytes: Buffer.byteLength(text) });
  return `${MARK}${kind} ${json} -->\n${text}\n${closingFence(text)}${END}\n`;
}

function idBlock(kind: string, fields: Record<string, unknown>, ids: Buffer): string {
  const lines = ids.toString('base64').replace(/.{1,110}/g, '$&\n');
  return `${MARK}${kind} ${commentJson(fields)}\n${lines}-->\n`;
}

function contextBlock(id: string, { workspaceId, asked, found }: MessageContext): string {
  const said = WholeContext.parse({ workspace_id: workspaceId, ...asked, found });
  return idBlock('context', { id }, Buffer.from(JSON.stringify(said)));
}

/** What the model was given to read, for whoever reads the file. */
function writeSources({ context }: TreeMessage): string {
  if (context === null || context.found === null) return '';
  const { sources, nothing_found } = context.found;
  if (sources.length === 0) return nothing_found ? '\nNothing relevant was found in the folder.\n' : '';
  const lines = sources.map(({ number, path, line, end_line, name }) => {
    const named = name === null ? '' : ` (${escapeLine(name)})`;
    return `${number}. ${escapeLine(path)}:${line}-${end_line}${named}\n`;
  });
  return `\nSources:\n\n${lines.join('')}`;
}

function promptBlock(id: string, { baseId, shared, tail }: PromptDelta): string {
  return idBlock('prompt', { id, ...(baseId === null ? {} : { base_id: baseId, shared }) }, tail);
}

/** JSON that cannot end the comment it stands in. */
function commentJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>]/g, (sign) => (sign === '<' ? '\\u003c' : '\\u003e'));
}

function escapeLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*_[\]#~|$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;');
}

function versionLabels(messages: readonly TreeMessage[]): Map<string, string> {
  const groups = Map.groupBy(messages, (message) => `${message.parentId} ${message.role}`);
  const labels = new Map<string, string>();
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    group.forEach((message, index) => labels.set(message.id, ` (version ${index + 1} of ${group.length})`));
  }
  return labels;
}

/** Ids of the path that ends in `leafId`, each with its distance from the leaf. */
function pathTo(messages: readonly TreeMessage[], leafId: string | null): Map<string, number> {
  const parents = new Map(messages.map((message) => [message.id, message.parentId]));
  const path = new Map<string, number>();
  for (let id = leafId; id !== null && parents.has(id) && !path.has(id); id = parents.get(id) ?? null) {
    path.set(id, path.size);
  }
  return path;
}

function order(path: Map<string, number>, message: TreeMessage): number {
  return -(path.get(message.id) ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
