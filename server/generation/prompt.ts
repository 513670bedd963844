import type { PromptMessage, TokenCount } from './generation.ts';

/** A message of the path that a prompt is built from. */
export interface PathMessage {
  id: string;
  role: 'user' | 'assistant';
  text: string;
}

/** One message of a prompt, and which messages of the path it came from (none: the system prompt). */
export interface PromptPart {
  messageIds: string[];
  message: PromptMessage;
}

export interface PromptFit {
  parts: (PromptPart & { tokens: number; dropped: boolean })[];
  /** Prompt tokens of what is kept. */
  tokens: number;
  dropped: { messages: number; tokens: number };
  /** Whether what is kept leaves `reserved` tokens for the answer. */
  fits: boolean;
}

/**
 * System prompt and path as a prompt. Empty answers are left out and neighbours of one role joined, because many
 * chat templates refuse roles that do not alternate.
 */
export function buildPrompt(systemPrompt: string, path: readonly PathMessage[]): PromptPart[] {
  const system =
    systemPrompt.trim() === '' ? [] : [{ messageIds: [], message: message('system', systemPrompt) }];
  const parts: PromptPart[] = [];
  for (const { id, role, text } of path) {
    if (role === 'assistant' && text === '') continue;
    const last = parts.at(-1);
    if (last?.message.role === role) {
      last.messageIds.push(id);
      last.message = message(role, `${last.message.content}\n\n${text}`);
    } else parts.push({ messageIds: [id], message: message(role, text) });
  }
  return [...system, ...parts];
}

/**
 * Leaves out the oldest turns, question and answer together, until `reserved` tokens are free. The system prompt and
 * the last question are always kept. `count` is of exactly these parts.
 */
export function fitPrompt(parts: readonly PromptPart[], count: TokenCount, reserved: number): PromptFit {
  const room = count.contextWindow - reserved;
  const tokensOf = (index: number) => count.perMessage[index] ?? 0;
  const turns = turnsOf(parts);
  const left = new Set<number>();
  let tokens = count.tokens;
  for (const turn of turns.slice(0, -1)) {
    if (tokens <= room) break;
    for (const index of turn) {
      left.add(index);
      tokens -= tokensOf(index);
    }
  }
  const marked = parts.map((part, index) => ({ ...part, tokens: tokensOf(index), dropped: left.has(index) }));
  const messages = marked.reduce((sum, part) => sum + (part.dropped ? part.messageIds.length : 0), 0);
  return {
    parts: marked,
    tokens,
    dropped: { messages, tokens: count.tokens - tokens },
    fits: tokens <= room,
  };
}

/** The prompt without the parts that the oldest `messages` messages of the path are in. */
export function withoutOldest(parts: readonly PromptPart[], messages: number): PromptPart[] {
  let left = messages;
  return parts.filter((part) => {
    if (part.messageIds.length === 0 || left <= 0) return true;
    left -= part.messageIds.length;
    return false;
  });
}

/** Indexes of the parts of each turn: a question and what follows it. The system prompt belongs to none. */
function turnsOf(parts: readonly PromptPart[]): number[][] {
  const turns: number[][] = [];
  parts.forEach((part, index) => {
    if (part.message.role === 'system') return;
    const turn = turns.at(-1);
    if (part.message.role === 'user' || !turn) turns.push([index]);
    else turn.push(index);
  });
  return turns;
}

function message(role: PromptMessage['role'], content: string): PromptMessage {
  return { role, content };
}
