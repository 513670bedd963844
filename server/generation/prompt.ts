import type { PromptMessage, TokenCount } from './generation.ts';

/** The system prompt, when there is one, before the messages of a path. */
export function buildPrompt(systemPrompt: string, path: PromptMessage[]): PromptMessage[] {
  const system: PromptMessage[] =
    systemPrompt.trim() === '' ? [] : [{ role: 'system', content: systemPrompt }];
  return [...system, ...path];
}

export interface PromptToFit {
  messages: PromptMessage[];
  /** What the engine counted for exactly these messages. */
  count: Pick<TokenCount, 'tokens' | 'perMessage' | 'contextWindow'>;
  /** Tokens kept free for the answer. */
  reserved: number;
}

export interface FittedPrompt {
  messages: PromptMessage[];
  /** Tokens of the prompt that is left. */
  tokens: number;
  /** One flag for each message that was given. */
  droppedFlags: boolean[];
  dropped: { messages: number; tokens: number };
  /** False when the system prompt and the last turn alone are too long. */
  fits: boolean;
}

/**
 * Leaves out the oldest turns until prompt and answer fit the context window. A turn is a user message with
 * what answers it, so that roles go on alternating; the system prompt and the last turn always stay.
 */
export function fitPrompt({ messages, count, reserved }: PromptToFit): FittedPrompt {
  const room = count.contextWindow - reserved;
  const droppedFlags = messages.map(() => false);
  let tokens = count.tokens;
  for (const turn of olderTurns(messages)) {
    if (tokens <= room) break;
    for (const index of turn) {
      droppedFlags[index] = true;
      tokens -= count.perMessage[index] ?? 0;
    }
  }
  return {
    messages: messages.filter((_, index) => !droppedFlags[index]),
    tokens,
    droppedFlags,
    dropped: { messages: droppedFlags.filter(Boolean).length, tokens: count.tokens - tokens },
    fits: tokens <= room,
  };
}

/** The indexes of each turn but the last, oldest first. */
function olderTurns(messages: PromptMessage[]): number[][] {
  const turns: number[][] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'system') continue;
    const turn = turns.at(-1);
    if (message.role === 'user' || !turn) turns.push([index]);
    else turn.push(index);
  }
  return turns.slice(0, -1);
}
