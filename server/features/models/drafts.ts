import type { ModelEntry } from '#server/kernel/hooks.ts';
import type { CatalogEntry } from './catalog.ts';
import { ENGINE_BYTES } from './weigh.ts';

/** Models that may guess ahead for this one: usable ones with the same vocabulary and fewer parameters, smallest first. */
export function draftsFor(entry: CatalogEntry, entries: readonly CatalogEntry[]): CatalogEntry[] {
  const { vocabulary, usable, parameters } = entry.verdict;
  if (!usable || vocabulary === null || parameters === null) return [];
  return entries
    .filter(({ verdict }) => verdict.usable && verdict.vocabulary === vocabulary)
    .filter(({ verdict }) => (verdict.parameters ?? parameters) < parameters)
    .sort((one, other) => (one.verdict.parameters ?? 0) - (other.verdict.parameters ?? 0));
}

/** The chosen one, to be loaded beside the model; null when none was chosen, or it is not fit for it any more. */
export function draftOf(
  entry: CatalogEntry,
  entries: readonly CatalogEntry[],
  choice: Record<string, string>,
): ModelEntry['draft'] {
  const chosen = draftsFor(entry, entries).find(({ id }) => id === choice[entry.id]);
  if (chosen === undefined) return null;
  const { memoryBytes, sizeBytes } = chosen.verdict;
  // It lives in the process of the other.
  return { path: chosen.path, memoryBytes: memoryBytes === null ? sizeBytes : memoryBytes - ENGINE_BYTES };
}
