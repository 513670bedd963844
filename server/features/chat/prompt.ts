import type { PromptMessage, TokenCount } from '#server/generation/generation.ts';
import { buildPrompt, fitPrompt } from '#server/generation/prompt.ts';
import type { ContextFound } from '../retrieval/context/contract.ts';
import type { MessageRow } from './store.ts';

/** One message of a prompt, and which messages of the path it came from; none: the system prompt. */
export interface PromptPart {
  messageIds: string[];
  message: PromptMessage;
}

export type PathMessage = Pick<MessageRow, 'id' | 'role' | 'text'> &
  Partial<Pick<MessageRow, 'reasoning' | 'toolCalls'>> & {
    /** What of a workspace goes with a question: it stands before it in the same message. */
    evidence?: Evidence | undefined;
  };

/** Retrieved text as the model reads it, and its tokens when it was gathered. */
export type Evidence = Pick<ContextFound, 'text' | 'tokens'>;

/** A prompt weighed against the context window. Tokens; `dropped.messages` counts messages of the path. */
export interface PromptWeight {
  parts: (PromptPart & { tokens: number; dropped: boolean })[];
  dropped: { messages: number; tokens: number };
  /** The whole prompt leaves no room for the answer. */
  overflow: boolean;
  /** Without what is marked as dropped there is room. */
  fits: boolean;
}

/**
 * The path as a prompt. Empty answers are left out and neighbours of one role joined, because many chat templates
 * refuse roles that do not alternate.
 */
export function promptOf(systemPrompt: string, path: readonly PathMessage[]): PromptPart[] {
  const parts: PromptPart[] = [];
  for (const message of path) {
    const { id, role, toolCalls } = message;
    const text = contentOf(message);
    if (role === 'assistant' && text === '' && !toolCalls?.length) continue;
    const last = parts.at(-1);
    if (last?.message.role === role) {
      last.messageIds.push(id);
      last.message = { ...wireMessage(message), content: `${last.message.content}\n\n${text}` };
    } else parts.push({ messageIds: [id], message: wireMessage(message) });
  }
  const messages = buildPrompt(
    systemPrompt,
    parts.map((part) => part.message),
  );
  const system = messages.slice(0, messages.length - parts.length);
  return [...system.map((message) => ({ messageIds: [], message })), ...parts];
}

function contentOf({ text, evidence }: PathMessage): string {
  return evidence === undefined || evidence.text === '' ? text : `${evidence.text}\n\n${text}`;
}

/** Templates decide themselves which reasoning of past answers they show again. */
function wireMessage({ reasoning, toolCalls, ...message }: PathMessage): PromptMessage {
  return {
    role: message.role,
    content: contentOf(message),
    ...(reasoning ? { reasoning } : {}),
    ...(toolCalls?.length ? { tool_calls: toolCalls } : {}),
  };
}

/** `count` is of exactly these parts. */
export function weighPrompt(parts: readonly PromptPart[], count: TokenCount, reserved: number): PromptWeight {
  const fitted = fitPrompt({ messages: parts.map((part) => part.message), count, reserved });
  const weighed = parts.map((part, index) => ({
    ...part,
    tokens: count.perMessage[index] ?? 0,
    dropped: fitted.droppedFlags[index] ?? false,
  }));
  const messages = weighed.reduce((sum, part) => sum + (part.dropped ? part.messageIds.length : 0), 0);
  return {
    parts: weighed,
    dropped: { messages, tokens: fitted.dropped.tokens },
    overflow: count.tokens + reserved > count.contextWindow,
    fits: fitted.fits,
  };
}

/** The path without the evidence of the `contexts` oldest questions that have some. */
export function withoutContexts(path: readonly PathMessage[], contexts: number): PathMessage[] {
  let left = contexts;
  return path.map((message) => {
    if (left <= 0 || !hasEvidence(message)) return message;
    left -= 1;
    return { ...message, evidence: undefined };
  });
}

export function hasEvidence({ evidence }: PathMessage): boolean {
  return evidence !== undefined && evidence.text !== '';
}

/** The prompt that an answer began with, when the oldest `messages` messages of the path were left out of it. */
export function withoutOldest(parts: readonly PromptPart[], messages: number): PromptPart[] {
  let left = messages;
  return parts.filter((part) => {
    if (part.messageIds.length === 0 || left <= 0) return true;
    left -= part.messageIds.length;
    return false;
  });
}
