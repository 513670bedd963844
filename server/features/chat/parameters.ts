import { z } from '@hono/zod-openapi';
import { SAMPLING_PARAMETERS } from '#server/generation/sampling-parameters.ts';

/** What an answer must match. `json_schema` is JSON text, `grammar` is Lark; the engine refuses what it cannot follow. */
const Constraint = z
  .object({
    type: z.enum(['json_schema', 'regex', 'grammar']),
    value: z.string().min(1).max(50_000),
  })
  .strict()
  .superRefine(({ type, value }, context) => {
    const problem = type === 'json_schema' ? problemOfSchema(value) : null;
    if (problem !== null) context.addIssue({ code: 'custom', path: ['value'], message: problem });
  });

const LogitBias = z.record(z.string(), z.number().min(-100).max(100)).superRefine((bias, context) => {
  const keys = Object.keys(bias);
  for (const key of keys.filter((one) => !/^\d{1,9}$/.test(one)).slice(0, 1))
    context.addIssue({ code: 'custom', path: [key], message: 'is not a token id, which is a number' });
  if (keys.length > 1024)
    context.addIssue({ code: 'custom', message: 'must not name more than 1,024 tokens' });
});

// In the order in which answers record them, so that an exported file comes back byte for byte.
const { repetition_penalty, ...basics } = SAMPLING_PARAMETERS;

/** Parameters a person may set; what is absent follows the model's own defaults. */
export const Parameters = z
  .object({
    ...basics,
    stop: z.array(z.string().min(1).max(256)).max(16),
    repetition_penalty,
    presence_penalty: z.number().min(-2).max(2),
    frequency_penalty: z.number().min(-2).max(2),
    /** Added to the logits of the token ids that are its keys. */
    logit_bias: LogitBias,
    xtc_probability: z.number().min(0).max(1),
    xtc_threshold: z.number().min(0).max(0.5),
    constraint: Constraint,
    /** `auto` is the model's own habit; only for models that mark their reasoning. */
    thinking: z.enum(['auto', 'on', 'off']),
    speculation: z.enum(['auto', 'off']),
  })
  .partial()
  .strict()
  .openapi('Parameters');

export type Parameters = z.infer<typeof Parameters>;

function problemOfSchema(text: string): string | null {
  try {
    const schema: unknown = JSON.parse(text);
    const usable = typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null);
    return usable && !Array.isArray(schema) ? null : 'A JSON schema is an object.';
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}
