import { z } from 'zod';
import type { PromptMessage } from '#server/generation/generation.ts';
import { optional, refused } from './body.ts';

const TextPart = z.strictObject({
  type: z.literal('text', { error: 'only parts of type text are supported' }),
  text: z.string(),
});
const Content = z.union([z.string(), z.array(TextPart).min(1)]);

const ToolCall = z.strictObject({
  id: z.string().min(1).max(200),
  type: z.literal('function', { error: 'only functions are supported' }),
  function: z.strictObject({ name: z.string().min(1).max(64), arguments: z.string() }),
});

/** One message of a chat. `reasoning_content` is what an earlier answer thought first. */
export const ChatMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: Content }),
  z.strictObject({ role: z.literal('user'), content: Content }),
  z.strictObject({
    role: z.literal('assistant'),
    content: optional(Content),
    refusal: z.null().optional(),
    reasoning_content: optional(z.string()),
    tool_calls: optional(z.array(ToolCall)),
  }),
  z.strictObject({ role: z.literal('tool'), content: Content, tool_call_id: z.string().min(1).max(200) }),
]);

export type ChatMessage = z.output<typeof ChatMessage>;

/** The messages as the engine takes them. Errors: invalid_request for what no template could make sense of. */
export function promptOf(messages: ChatMessage[]): PromptMessage[] {
  const calls = new Set<string>();
  return messages.map((message, index): PromptMessage => {
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: 'system', content: textOf(message.content) };
      case 'user':
        return { role: 'user', content: textOf(message.content) };
      case 'assistant': {
        const { content, reasoning_content = '', tool_calls = [] } = message;
        if (content === undefined && tool_calls.length === 0 && reasoning_content === '')
          throw refused(`messages[${index}].content`, `messages[${index}].content: is missing.`);
        for (const { id } of tool_calls) calls.add(id);
        return {
          role: 'assistant',
          content: content === undefined ? '' : textOf(content),
          reasoning: reasoning_content,
          tool_calls: tool_calls.map(({ id, function: call }) => ({ id, ...call })),
        };
      }
      case 'tool': {
        const { tool_call_id } = message;
        const param = `messages[${index}].tool_call_id`;
        if (!calls.has(tool_call_id))
          throw refused(param, `${param}: no message before it made the call ${tool_call_id}.`);
        return { role: 'tool', content: textOf(message.content), tool_call_id };
      }
    }
  });
}

function textOf(content: z.output<typeof Content>): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}
