import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { fractionOf } from './index-text.ts';

export interface RunningIndex {
  id: string;
  name: string;
  /** 0 to 1; null while files are still counted. */
  fraction: number | null;
}

/** Of the workspaces, those whose files are being read. A look for changes that finds none is not worth a word. */
export function runningIndexes(
  workspaces: readonly Pick<Workspace, 'id' | 'name'>[],
  states: readonly Pick<IndexState, 'workspace_id' | 'status' | 'files' | 'indexed'>[],
): RunningIndex[] {
  return workspaces.flatMap(({ id, name }) => {
    const state = states.find(({ workspace_id: of }) => of === id);
    if (state === undefined) return [];
    const isFirst = state.indexed.files === 0 && (state.status === 'scanning' || state.status === 'waiting');
    if (state.status !== 'indexing' && !isFirst) return [];
    return [{ id, name, fraction: isFirst ? null : fractionOf(state.files) }];
  });
}
