import { AppError } from '#server/kernel/errors.ts';
import type { Hooks } from '#server/kernel/hooks.ts';
import { findModel } from './answers/writer.ts';
import type { ContestantInput } from './shapes.ts';
import { type ContestantDraft, contestantKey } from './store.ts';

/**
 * Contestants as they are kept. `systemPrompt` is for those without one of their own. Errors: not_found and
 * model_unsupported for a model that cannot answer; unsupported for an adapter; invalid_request for one named twice.
 */
export async function enlist(
  hooks: Hooks,
  inputs: readonly ContestantInput[],
  systemPrompt = '',
): Promise<ContestantDraft[]> {
  const drafts: ContestantDraft[] = [];
  for (const [at, input] of inputs.entries()) {
    if (input.adapter !== null) {
      throw new AppError('unsupported', 'Adapters cannot be loaded yet. Leave the adapter out.', {
        details: { field: `contestants.${at}.adapter` },
      });
    }
    const model = await findModel(hooks, input.model_id);
    const { parameters, label, adapter } = input;
    const own = input.system_prompt.trim() === '' ? systemPrompt : input.system_prompt;
    drafts.push({ modelId: model.id, modelName: model.name, adapter, systemPrompt: own, parameters, label });
  }
  const keys = drafts.map(contestantKey);
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (twice >= 0) {
    const first = keys.indexOf(keys[twice] ?? '');
    throw new AppError(
      'invalid_request',
      `Contestants ${first + 1} and ${twice + 1} are the same. Change the model, a parameter or the system prompt of one.`,
      { details: { field: `contestants.${twice}` } },
    );
  }
  return drafts;
}

/** Ids of the models on this machine. */
export async function availableModels(hooks: Hooks): Promise<Set<string>> {
  const lists = await Promise.all(hooks.all('modelSource').map(async (source) => source.list?.() ?? []));
  return new Set(lists.flat().map(({ id }) => id));
}
