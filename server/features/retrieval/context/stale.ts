import type { FileLines } from '../search/text/file-text.ts';
import type { ContextSource } from './contract.ts';

/** Numbers of the sources whose lines are no longer what the model read. Lists of folders are not looked at. */
export async function staleOf(
  sources: readonly ContextSource[],
  read: (workspaceId: string, path: string, language: string | null) => Promise<FileLines | undefined>,
): Promise<number[]> {
  const stale: number[] = [];
  for (const { number, workspace_id, path, language, line, end_line, text, file_hash } of sources) {
    if (path.endsWith('/')) continue;
    const file = await read(workspace_id, path, language);
    if (file?.hash === file_hash) continue;
    if (file?.lines.slice(line - 1, end_line).join('\n') !== text) stale.push(number);
  }
  return stale;
}
