import type { Indexing } from './indexing/indexing.ts';

/**
 * Tells when the texts of an index changed, but not while its folder is read through: first the words of all of it, then
 * its vectors, which take a hundred times as long and memory besides. The answer is to be called for changes that the
 * index does not tell of, e.g. a folder that was opened.
 */
export function followTexts(
  indexing: Pick<Indexing, 'isReading' | 'onChanged' | 'onState'>,
  changed: (workspaceId: string) => void,
): (workspaceId: string) => void {
  const held = new Set<string>();
  const tell = (id: string) => {
    if (indexing.isReading(id)) held.add(id);
    else changed(id);
  };
  indexing.onChanged(tell);
  indexing.onState((id) => {
    if (!indexing.isReading(id) && held.delete(id)) changed(id);
  });
  return tell;
}
