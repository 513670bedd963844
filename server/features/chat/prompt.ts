import type { PromptMessage, TokenCount } from '#server/generation/generation.ts';
import { buildPrompt, fitPrompt } from '#server/generation/prompt.ts';
import type { MessageRow } from './store.ts';

/** One message of a prompt, and which messages of the path it came from; none: the system prompt. */
export interface PromptPart {
  messageIds: string[];
  message: PromptMessage;
}

export type PathMessage = Pick<MessageRow, 'id' | 'role' | 'text'> &
  Partial<Pick<MessageRow, 'reasoning' | 'toolCalls'>>;

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
    const { id, role, text, toolCalls } = message;
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

/** Templates decide themselves which reasoning of past answers they show again. */
function wireMessage({ role, text, reasoning, toolCalls }: PathMessage): PromptMessage {
  return {
    role,
    content: text,
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

/** The prompt that an answer began with, when the oldest `messages` messages of the path were left out of it. */
export function withoutOldest(parts: readonly PromptPart[], messages: number): PromptPart[] {
  let left = messages;
  return parts.filter((part) => {
    if (part.messageIds.length === 0 || left <= 0) return true;
    left -= part.messageIds.length;
    return false;
  });
}
