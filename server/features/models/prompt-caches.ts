import type { PromptCaches, PromptCachesChange } from './contract.ts';
import type { Room } from './room.ts';

/** What prompts take on the disk, and how much they may. */
export async function showPromptCaches({ context }: Room): Promise<PromptCaches> {
  const { keepPromptCaches, promptCacheBytes } = context.engines.policy();
  const bytes = await context.engines.promptCaches.bytes();
  return { keep: keepPromptCaches, limit_bytes: promptCacheBytes, bytes };
}

/** In force at once: models that were loaded before are loaded again when they are asked next. */
export function changePromptCaches(room: Room, change: PromptCachesChange): Promise<PromptCaches> {
  const { context, store } = room;
  const choice = store.memory();
  if (change.keep !== undefined) choice.keepPromptCaches = change.keep;
  if (change.limit_bytes !== undefined) choice.promptCacheBytes = change.limit_bytes;
  store.saveMemory(choice);
  const { keepPromptCaches, promptCacheBytes } = choice;
  context.engines.govern({ keepPromptCaches, promptCacheBytes });
  return showPromptCaches(room);
}

/** Deletes all of them; prompts are then read once more. */
export async function clearPromptCaches(room: Room): Promise<PromptCaches & { freed_bytes: number }> {
  const freed_bytes = await room.context.engines.promptCaches.clear();
  return { ...(await showPromptCaches(room)), freed_bytes };
}
