import type { Activity } from '#server/generation/activity.ts';
import type { Hooks } from '#server/kernel/hooks.ts';

interface Asked {
  id: string;
  modelId: string;
}

/** What one model has to write, so that it is loaded once: a model that is in memory already comes first. */
export function groupByModel<Item extends Asked>(
  items: readonly Item[],
  activity: Pick<Activity, 'memory'>,
): Item[][] {
  const resident = new Set(activity.memory().models.map((model) => model.modelId));
  const groups = [...Map.groupBy(items, (item) => item.modelId).values()];
  const isThere = (group: readonly Item[]) => (resident.has(group[0]?.modelId ?? '') ? 0 : 1);
  return groups.sort((one, other) => isThere(one) - isThere(other));
}

/** Whether these models fit into the budget together, beside what stays there. A model nobody judged does not. */
export async function fitTogether(
  modelIds: readonly string[],
  { activity, hooks }: { activity: Pick<Activity, 'memory'>; hooks: Hooks },
): Promise<boolean> {
  const { budgetBytes, models } = activity.memory();
  const wanted = new Set(modelIds);
  let needed = 0;
  for (const { modelId, memoryBytes, stays } of models) {
    if (stays || wanted.has(modelId)) needed += memoryBytes;
    wanted.delete(modelId);
  }
  for (const id of wanted) needed += (await memoryOf(hooks, id)) ?? Number.POSITIVE_INFINITY;
  return needed <= budgetBytes;
}

async function memoryOf(hooks: Hooks, id: string): Promise<number | null> {
  for (const source of hooks.all('modelSource')) {
    const entry = await source.find(id);
    if (entry?.memoryBytes) return entry.memoryBytes + (entry.draft?.memoryBytes ?? 0);
    if (entry) return null;
  }
  return null;
}
