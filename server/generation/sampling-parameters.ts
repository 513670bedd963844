import { z } from 'zod';

/** Sampling parameters that a person may set, with their bounds; what is absent follows the model's own defaults. */
export const SAMPLING_PARAMETERS = {
  temperature: z.number().min(0).max(5),
  top_p: z.number().gt(0).max(1),
  top_k: z.int().min(0).max(1_000_000),
  min_p: z.number().min(0).max(1),
  max_tokens: z.int().min(1).max(1_000_000),
  seed: z.int().min(0).max(0xffffffff),
  repetition_penalty: z.number().gt(0).max(10),
};
