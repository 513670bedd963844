import { AppError } from '#server/kernel/errors.ts';
import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import { refused } from './body.ts';

/** Models that can be used, by all sources. */
export async function listModels(hooks: Hooks): Promise<ModelEntry[]> {
  const lists = await Promise.all(
    hooks.all('modelSource').map(async (source) => (await source.list?.()) ?? []),
  );
  return lists.flat();
}

/**
 * The model with this id, or with this name when no other has it; the default one when nothing is named.
 * Errors: not_found, invalid_request when the name is ambiguous, model_invalid and model_unsupported.
 */
export async function findModel(hooks: Hooks, wanted: string | undefined): Promise<ModelEntry> {
  const isDefault = wanted === undefined || wanted === '' || wanted === 'default';
  for (const source of hooks.all('modelSource')) {
    const entry = isDefault ? await source.fallback?.() : await source.find(wanted);
    if (entry) return entry;
  }
  const named = (await listModels(hooks)).filter(({ name }) => name === wanted);
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ');
    throw refused('model', `model: several models are called ${wanted}; give one of the ids ${ids}.`);
  }
  if (named[0]) return named[0];
  throw new AppError('not_found', `model: there is no model ${wanted ?? ''} on this machine.`, {
    details: { param: 'model' },
  });
}

/** The model that is to write. Errors: as `findModel`; invalid_request for one that only measures texts. */
export async function findWriter(hooks: Hooks, wanted: string | undefined): Promise<ModelEntry> {
  const model = await findModel(hooks, wanted);
  if (model.embeds) throw refused('model', `model: ${model.name} measures texts and cannot write.`);
  return model;
}

/** As OpenAI lists a model; the name and context window are ours. When it was made is not known here. */
export function showModel({ id, name, contextWindow, quantization, builtIn }: ModelEntry) {
  return {
    id,
    object: 'model' as const,
    created: 0,
    owned_by: builtIn ? 'mlx-code' : 'local',
    mlx_code: { name, context_window: contextWindow, quantization },
  };
}
