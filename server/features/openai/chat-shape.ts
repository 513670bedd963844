import type { TokenLogprobs, ToolCall, ToolCallDelta } from '#server/worker/protocol.ts';
import { type AnswerShape, textOfBytes } from './shape.ts';

/** Chat completions; `logprobs` when they were asked for. */
export function chatShape({ logprobs: wanted }: { logprobs: boolean }): AnswerShape {
  const likelihoods = (tokens: TokenLogprobs[]) =>
    wanted ? { content: tokens.map(showToken), refusal: null } : null;
  return {
    object: 'chat.completion',
    chunkObject: 'chat.completion.chunk',
    idPrefix: 'chatcmpl-',
    opening: { delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
    piece({ text, reasoning, toolCalls, logprobs }) {
      const delta = {
        ...(text === '' ? {} : { content: text }),
        ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
        ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(showCallDelta) }),
      };
      if (Object.keys(delta).length === 0 && (!wanted || logprobs.length === 0)) return null;
      return { delta, logprobs: likelihoods(logprobs), finish_reason: null };
    },
    ending: (reason) => ({ delta: {}, logprobs: null, finish_reason: reason }),
    whole({ text, reasoning, logprobs, result }) {
      const calls = result.toolCalls.map(showCall);
      return {
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: null,
          ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: likelihoods(logprobs),
        finish_reason: result.finishReason,
      };
    },
  };
}

function showCall({ id, name, arguments: written }: ToolCall) {
  return { id, type: 'function', function: { name, arguments: written } };
}

function showCallDelta({ index, id, name, arguments: written }: ToolCallDelta) {
  return {
    index,
    ...(id === undefined ? {} : { id, type: 'function' }),
    function: { ...(name === undefined ? {} : { name }), arguments: written },
  };
}

function showToken({ top, ...token }: TokenLogprobs) {
  return { ...showLikelihood(token), top_logprobs: top.map(showLikelihood) };
}

function showLikelihood({ logprob, bytes }: Pick<TokenLogprobs, 'logprob' | 'bytes'>) {
  return { token: textOfBytes(bytes), logprob, bytes };
}
