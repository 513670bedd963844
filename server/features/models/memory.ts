import { AppError } from '#server/kernel/errors.ts';
import { DEFAULT_POLICY, type MemoryPolicy } from '#server/worker/policy.ts';
import type { Memory, MemoryChange } from './contract.ts';
import { required, type Room } from './room.ts';
import { showMemory } from './shelf.ts';
import type { MemoryChoice } from './store.ts';

const MINUTE = 60_000;
/** More than anybody pins by hand. */
const MAX_PINS = 200;

/** Makes the engines keep to what was chosen before; a choice that this machine cannot keep is left out. */
export function recallMemory({ context, store }: Room): void {
  const { budgetBytes, idleMs, ...always } = policyOf(store.memory());
  context.engines.govern(always);
  for (const change of [{ budgetBytes }, { idleMs }]) {
    try {
      context.engines.govern(change);
    } catch (error) {
      context.log.warn({ err: error }, 'a choice about memory cannot be kept here; the default is in force');
    }
  }
}

/** Errors: those of `EnginePool.govern`; nothing is changed then. */
export function changeMemory({ context, store }: Room, change: MemoryChange): Memory {
  const choice = store.memory();
  if (change.budget_bytes !== undefined) choice.budgetBytes = change.budget_bytes;
  if (change.idle_minutes !== undefined) choice.idleMinutes = change.idle_minutes;
  const { budgetBytes, idleMs } = policyOf(choice);
  context.engines.govern({
    ...(change.budget_bytes === undefined ? {} : { budgetBytes }),
    ...(change.idle_minutes === undefined ? {} : { idleMs }),
  });
  store.saveMemory(choice);
  return showMemory(context.engines.memory());
}

/** Errors: not_found for a model that is not on the disk; what is gone from there may be unpinned. */
export async function pinModel({ context, store, catalog }: Room, id: string, pinned: boolean) {
  if (pinned) required(await catalog.find(id), id);
  const choice = store.memory();
  const others = choice.pinned.filter((other) => other !== id);
  if (pinned && others.length >= MAX_PINS) {
    throw new AppError('conflict', `At most ${MAX_PINS} models can be pinned. Unpin one of them first.`);
  }
  choice.pinned = pinned ? [...others, id] : others;
  store.saveMemory(choice);
  context.engines.govern({ pinned: new Set(choice.pinned) });
  context.events.emit('models', 'models.changed');
  return { model_id: id, pinned };
}

function policyOf(choice: MemoryChoice): MemoryPolicy {
  const { budgetBytes, idleMinutes, pinned, keepPromptCaches, promptCacheBytes } = choice;
  return {
    keepPromptCaches,
    promptCacheBytes,
    budgetBytes,
    idleMs: idleMinutes === null ? DEFAULT_POLICY.idleMs : idleMinutes * MINUTE,
    pinned: new Set(pinned),
  };
}
