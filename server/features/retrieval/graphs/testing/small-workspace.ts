import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { languageOf } from '#server/files/language-of.ts';
import { openIndexToRead } from '../../indexing/index-schema-store.ts';
import { IndexWriter } from '../../indexing/index-writer-store.ts';
import { contentsOf } from '../../indexing/thread/contents.ts';
import { resolveAll } from '../../indexing/thread/imports.ts';
import { isTestPath } from '../../indexing/thread/test-path.ts';
import { createImportResolver } from '../../parsing/imports/resolve-import.ts';
import { createParser } from '../../parsing/parser.ts';
import type { ReadingPlace } from '../../search/question.ts';

const parser = await createParser();

/** A folder on the disk with these files, read by the real parser into a real index. `close` deletes both. */
export async function openSmallWorkspace(
  files: Record<string, string>,
): Promise<ReadingPlace & { close: () => void; indexPath: string }> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-graphs-')));
  const root = join(home, 'workspace');
  const indexPath = join(home, 'index.sqlite');
  const writer = new IndexWriter(indexPath);
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    const language = languageOf(path, text);
    const parsed = await parser.parse({ path, text, language });
    const lines = text.split('\n').length;
    const entry = {
      path,
      size: text.length,
      modifiedMs: 1,
      hash: path,
      language,
      lines,
      isTest: isTestPath(path),
    };
    writer.write([{ kind: 'indexed', file: entry, contents: contentsOf(path, parsed, () => null) }]);
  }
  const resolve = createImportResolver(root);
  await resolveAll(writer, resolve, async () => undefined);
  writer.close();
  const index = openIndexToRead(indexPath);
  return {
    ...{ index, root, indexPath },
    partial: () => undefined,
    abandoned: async () => false,
    close: () => {
      index.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
