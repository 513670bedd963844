import { z } from 'zod';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import { Sampling, type SamplingInput } from '#server/worker/protocol.ts';
import { optional, refused, unsupported } from './body.ts';

const { shape } = Sampling;
const Stop = z.union([z.string().min(1).max(256), z.array(z.string().min(1).max(256)).max(16)]);

/** What chat and plain completions have in common. */
export const sharedParameters = {
  model: optional(z.string().max(500)),
  max_tokens: optional(
    z
      .int()
      .min(1)
      .max(2 ** 31 - 1),
  ),
  n: optional(z.int().min(1).max(8)),
  stream: optional(z.boolean()),
  stream_options: optional(
    z.strictObject({
      include_usage: optional(z.boolean()),
      include_obfuscation: optional(z.literal(false)),
    }),
  ),
  temperature: optional(shape.temperature.unwrap()),
  top_p: optional(shape.top_p.unwrap()),
  seed: optional(z.int().min(0).max(0xffffffff)),
  stop: optional(Stop),
  presence_penalty: optional(shape.presence_penalty.unwrap()),
  frequency_penalty: optional(shape.frequency_penalty.unwrap()),
  logit_bias: optional(shape.logit_bias.unwrap()),
  // Ours: what mlx_lm samples by and OpenAI does not.
  top_k: optional(shape.top_k.unwrap().max(1_000_000)),
  min_p: optional(shape.min_p.unwrap()),
  repetition_penalty: optional(shape.repetition_penalty.unwrap()),
  xtc_probability: optional(shape.xtc_probability.unwrap()),
  xtc_threshold: optional(shape.xtc_threshold.unwrap()),
  priority: optional(z.enum(['interactive', 'batch', 'background'])),
  // Without meaning on one's own machine: nothing is kept and nobody is billed.
  user: z.unknown().optional(),
  safety_identifier: z.unknown().optional(),
  metadata: z.unknown().optional(),
  prompt_cache_key: z.unknown().optional(),
  prompt_cache_retention: z.unknown().optional(),
  store: z.literal(false, { error: 'is not supported: nothing of /v1 is kept' }).nullish(),
  service_tier: z.enum(['auto', 'default'], { error: 'is not supported: use priority' }).nullish(),
};

/** Known to clients of either, and not done here. */
export const refusedParameters = {
  functions: unsupported('use tools'),
  function_call: unsupported('use tool_choice'),
};

export type SharedParameters = z.output<z.ZodObject<typeof sharedParameters>>;

/** Errors: invalid_request for what contradicts itself. */
export function refuseContradictions({ stream, stream_options }: SharedParameters): void {
  if (stream_options !== undefined && stream !== true) {
    throw refused('stream_options', 'stream_options: only goes with stream: true.');
  }
}

/**
 * Sampling of the answer numbered `index`: what was asked, then what the model's makers recommend, then greedy.
 * An absent max_tokens is the context window, of which the engine takes what the prompt leaves.
 */
export function samplingOf(asked: SharedParameters, model: ModelEntry, index: number): SamplingInput {
  const { seed, stop } = asked;
  const own = {
    temperature: asked.temperature,
    top_p: asked.top_p,
    top_k: asked.top_k,
    min_p: asked.min_p,
    repetition_penalty: asked.repetition_penalty,
    presence_penalty: asked.presence_penalty,
    frequency_penalty: asked.frequency_penalty,
    logit_bias: asked.logit_bias,
    xtc_probability: asked.xtc_probability,
    xtc_threshold: asked.xtc_threshold,
  };
  const set = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return {
    ...model.sampling,
    ...set,
    max_tokens: asked.max_tokens ?? model.contextWindow,
    seed: seed === undefined ? null : (seed + index) % 2 ** 32,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
  };
}
