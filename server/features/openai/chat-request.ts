import { z } from 'zod';
import { type Constraint, Tool } from '#server/worker/protocol.ts';
import type { GenerationRequest } from '#server/generation/generation.ts';
import { optional, refused, unsupported } from './body.ts';
import { ChatMessage } from './chat-messages.ts';
import { refuseContradictions, refusedParameters, sharedParameters } from './parameters.ts';

const ChatTool = z.strictObject({
  type: z.literal('function', { error: 'only functions are supported' }),
  function: z.strictObject({
    name: Tool.shape.name,
    description: optional(z.string()),
    parameters: optional(z.record(z.string(), z.unknown())),
    strict: optional(z.boolean()),
  }),
});

const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({ name: z.string() }),
  }),
]);

const Grammar = z.string().min(1).max(1_000_000);

/** OpenAI's three, and ours: `regex` and `grammar` (Lark), as llguidance reads them. */
const ResponseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().min(1).max(64),
      description: optional(z.string()),
      strict: optional(z.boolean()),
      schema: z.record(z.string(), z.unknown()),
    }),
  }),
  z.strictObject({ type: z.literal('regex'), regex: Grammar }),
  z.strictObject({ type: z.literal('grammar'), grammar: Grammar }),
]);

/** POST /v1/chat/completions. */
export const ChatRequest = z.strictObject({
  ...sharedParameters,
  ...refusedParameters,
  messages: z.array(ChatMessage).min(1),
  max_completion_tokens: sharedParameters.max_tokens,
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.int().min(0).max(20)),
  response_format: optional(ResponseFormat),
  tools: optional(z.array(ChatTool).max(128)),
  tool_choice: optional(ToolChoice),
  parallel_tool_calls: optional(z.boolean()),
  thinking: optional(z.enum(['auto', 'on', 'off'])),
  modalities: z.array(z.literal('text'), { error: 'is not supported: answers are text' }).length(1).nullish(),
  audio: unsupported('answers are text'),
  prediction: unsupported('the engine guesses ahead by itself'),
  reasoning_effort: unsupported('use thinking: on, off or auto'),
  verbosity: unsupported('say in the prompt how long the answer should be'),
  web_search_options: unsupported('nothing leaves this machine'),
});

export type ChatRequest = z.output<typeof ChatRequest>;

/** Errors: invalid_request, naming the parameter that contradicts another. */
export function refuseContradictoryChat(asked: ChatRequest): void {
  refuseContradictions(asked);
  const { max_tokens, max_completion_tokens, tools = [], tool_choice } = asked;
  if (max_tokens !== undefined && max_completion_tokens !== undefined && max_tokens !== max_completion_tokens)
    throw refused('max_completion_tokens', 'max_completion_tokens: max_tokens says something else.');
  if (asked.top_logprobs !== undefined && asked.logprobs !== true)
    throw refused('top_logprobs', 'top_logprobs: only goes with logprobs: true.');
  const without = (name: 'tool_choice' | 'parallel_tool_calls') => {
    if (asked[name] !== undefined && tools.length === 0)
      throw refused(name, `${name}: there are no tools to choose from.`);
  };
  without('tool_choice');
  without('parallel_tool_calls');
  const names = new Set(tools.map((tool) => tool.function.name));
  if (names.size < tools.length) throw refused('tools', 'tools: two of them have the same name.');
  if (typeof tool_choice === 'object' && !names.has(tool_choice.function.name))
    throw refused('tool_choice', `tool_choice: there is no tool ${tool_choice.function.name}.`);
  const mustCall = typeof tool_choice === 'object' || tool_choice === 'required';
  if (mustCall && constraintOf(asked) !== null)
    throw refused('response_format', 'response_format: an answer that must call a tool has no other form.');
}

/** What the answer must match, or null. */
export function constraintOf({ response_format: format }: ChatRequest): Constraint | null {
  switch (format?.type) {
    case undefined:
    case 'text':
      return null;
    case 'json_object':
      return { type: 'json_schema', value: '{"type":"object"}' };
    case 'json_schema':
      return { type: 'json_schema', value: JSON.stringify(format.json_schema.schema) };
    case 'regex':
      return { type: 'regex', value: format.regex };
    case 'grammar':
      return { type: 'grammar', value: format.grammar };
  }
}

/** Tools and the choice among them, as the engine takes them. */
export function toolsOf({
  tools = [],
  tool_choice,
}: ChatRequest): Pick<GenerationRequest, 'tools' | 'toolChoice'> {
  return {
    tools: tools.map(({ function: { name, description = '', parameters = {} } }) => ({
      ...{ name, description, parameters },
    })),
    toolChoice: typeof tool_choice === 'object' ? { name: tool_choice.function.name } : tool_choice,
  };
}
