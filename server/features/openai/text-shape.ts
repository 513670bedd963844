import type { TokenLogprobs } from '#server/worker/protocol.ts';
import { type AnswerShape, textOfBytes } from './shape.ts';

/** Plain completions; `logprobs` when they were asked for. */
export function textShape({ logprobs: wanted }: { logprobs: boolean }): AnswerShape {
  const likelihoods = (tokens: TokenLogprobs[]) => (wanted ? showTokens(tokens) : null);
  return {
    object: 'text_completion',
    chunkObject: 'text_completion',
    idPrefix: 'cmpl-',
    opening: null,
    piece({ text, reasoning, logprobs }) {
      if (text === '' && reasoning === '' && (!wanted || logprobs.length === 0)) return null;
      return { text, ...thought(reasoning), logprobs: likelihoods(logprobs), finish_reason: null };
    },
    ending: (reason) => ({ text: '', logprobs: null, finish_reason: reason }),
    whole: ({ text, reasoning, logprobs, result }) => ({
      ...{ text, ...thought(reasoning), logprobs: likelihoods(logprobs) },
      finish_reason: result.finishReason,
    }),
  };
}

function thought(reasoning: string) {
  return reasoning === '' ? {} : { reasoning_content: reasoning };
}

function showTokens(tokens: TokenLogprobs[]) {
  return {
    tokens: tokens.map(({ bytes }) => textOfBytes(bytes)),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top }) =>
      Object.fromEntries(top.map(({ bytes, logprob }) => [textOfBytes(bytes), logprob])),
    ),
  };
}
