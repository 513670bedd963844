import type { ModelEntry } from '#server/kernel/hooks.ts';
import type { Asked } from './answer.ts';
import { promptOf } from './chat-messages.ts';
import { type ChatRequest, constraintOf, refuseContradictoryChat, toolsOf } from './chat-request.ts';
import { chatShape } from './chat-shape.ts';
import { samplingOf } from './parameters.ts';

/** What a chat asks for. Errors: invalid_request, naming the parameter. */
export function askChat(chat: ChatRequest, model: ModelEntry): Asked {
  refuseContradictoryChat(chat);
  const { n = 1, stream = false, logprobs = false, top_logprobs = 0 } = chat;
  const max_tokens = chat.max_completion_tokens ?? chat.max_tokens;
  const shared = {
    modelId: model.id,
    messages: promptOf(chat.messages),
    constraint: constraintOf(chat),
    ...toolsOf(chat),
    ...(chat.thinking ? { thinking: chat.thinking } : {}),
    priority: chat.priority ?? ('interactive' as const),
    resume: null,
  };
  return {
    requests: Array.from({ length: n }, (_, index) => ({
      ...shared,
      sampling: { ...samplingOf({ ...chat, max_tokens }, model, index), logprobs, top_logprobs },
    })),
    answersPerPrompt: n,
    modelId: model.id,
    oneCall: chat.parallel_tool_calls === false,
    stream,
    includeUsage: chat.stream_options?.include_usage ?? false,
    shape: chatShape({ logprobs }),
  };
}
