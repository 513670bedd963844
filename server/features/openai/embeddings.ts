import { z } from 'zod';
import type { Embedded } from '#server/generation/embeddings.ts';
import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import { optional, refused, unsupported } from './body.ts';
import { findModel, listModels } from './catalog.ts';

const MOST_TEXTS = 2048;

/** POST /v1/embeddings. */
export const EmbeddingRequest = z.strictObject({
  model: optional(z.string().max(500)),
  input: z.union([z.string(), z.array(z.string()).min(1).max(MOST_TEXTS)], {
    error: `is a text or up to ${MOST_TEXTS} texts; token ids are not supported`,
  }),
  encoding_format: optional(z.enum(['float', 'base64'])),
  dimensions: unsupported('a vector has the dimensions of its model'),
  user: z.unknown().optional(),
});

export type EmbeddingRequest = z.output<typeof EmbeddingRequest>;

/** The model that is named, or the first that embeds. Errors: as `findModel`; invalid_request for one that writes. */
export async function findEmbedder(hooks: Hooks, wanted: string | undefined): Promise<ModelEntry> {
  const isDefault = wanted === undefined || wanted === '' || wanted === 'default';
  const chosen = isDefault ? (await listModels(hooks)).find(({ embeds }) => embeds) : undefined;
  const model = chosen ?? (await findModel(hooks, wanted));
  if (model.embeds) return model;
  throw refused('model', `model: ${model.name} writes text; name a model that embeds.`);
}

/** The vectors in OpenAI's shape; base64 is of little-endian float32. `truncated` counts texts cut at the model's limit. */
export function showEmbeddings(
  { vectors, tokens, truncated }: Embedded,
  asked: EmbeddingRequest,
  modelId: string,
) {
  const show = asked.encoding_format === 'base64' ? inBase64 : (vector: number[]) => vector;
  return {
    object: 'list',
    model: modelId,
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: show(vector) })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    mlx_code: { truncated },
  };
}

function inBase64(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
