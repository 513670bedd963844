import { z } from 'zod';
import type { GenerationRequest } from '#server/generation/generation.ts';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import type { Asked } from './answer.ts';
import { optional, refused, unsupported } from './body.ts';
import { refuseContradictions, refusedParameters, samplingOf, sharedParameters } from './parameters.ts';
import { textShape } from './text-shape.ts';

const TokenIds = z.array(z.int().min(0)).min(1);
const MOST_ANSWERS = 16;

/** POST /v1/completions: a prompt without a template. */
export const TextRequest = z.strictObject({
  ...sharedParameters,
  ...refusedParameters,
  prompt: z.union(
    [
      z.string().min(1),
      z.array(z.string().min(1)).min(1).max(MOST_ANSWERS),
      TokenIds,
      z.array(TokenIds).min(1).max(MOST_ANSWERS),
    ],
    { error: `is a text, token ids, or up to ${MOST_ANSWERS} of either` },
  ),
  /** As OpenAI has it here: the number of alternatives. */
  logprobs: optional(z.int().min(0).max(5)),
  echo: z.literal(false, { error: 'is not supported: the prompt is not repeated' }).nullish(),
  suffix: unsupported('models here complete at the end only'),
  best_of: unsupported('ask for n and choose'),
});

export type TextRequest = z.output<typeof TextRequest>;

/** What a plain completion asks for. Errors: invalid_request, naming the parameter. */
export function askText(asked: TextRequest, model: ModelEntry): Asked {
  refuseContradictions(asked);
  const { n = 1, stream = false, logprobs } = asked;
  const prompts = promptsOf(asked.prompt);
  if (prompts.length * n > MOST_ANSWERS)
    throw refused('n', `n: ${prompts.length} prompts with ${n} answers each are more than ${MOST_ANSWERS}.`);
  return {
    requests: prompts.flatMap((prompt) =>
      Array.from({ length: n }, (_, index) => ({
        ...prompt,
        modelId: model.id,
        messages: [],
        sampling: {
          ...samplingOf(asked, model, index),
          ...(logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs }),
        },
        priority: asked.priority ?? ('interactive' as const),
        resume: null,
      })),
    ),
    answersPerPrompt: n,
    modelId: model.id,
    oneCall: false,
    stream,
    includeUsage: asked.stream_options?.include_usage ?? false,
    shape: textShape({ logprobs: logprobs !== undefined }),
  };
}

type Prompt = Pick<GenerationRequest, 'prompt' | 'promptTokenIds'>;

function promptsOf(given: TextRequest['prompt']): Prompt[] {
  if (typeof given === 'string') return [{ prompt: given }];
  const ids = given.filter((one) => typeof one === 'number');
  if (ids.length > 0) return [{ promptTokenIds: ids }];
  return given.flatMap((one): Prompt[] => {
    if (typeof one === 'string') return [{ prompt: one }];
    return typeof one === 'number' ? [] : [{ promptTokenIds: one }];
  });
}
