import { posix } from 'node:path';
import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { createFileLines } from '../../search/text/file-text.ts';
import { filesByPath } from '../graph-store.ts';

const ALWAYS = /(?:^|\/)(?:__init__|__main__|lib|main|mod)\.(?:py|rs|go|dart|swift)$/;
const MANIFEST = /(?:^|\/)package\.json$/;
/** What a manifest writes of the compiled file, and where its source may lie. */
const SOURCES = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs'];

/** Files that packages are entered by: what their manifests name, and what a language enters by name. */
export async function entryPaths(
  index: IndexDatabase,
  lines: ReturnType<typeof createFileLines>,
): Promise<ReadonlySet<string>> {
  const files = filesByPath(index);
  const entries = new Set<string>();
  for (const path of files.keys()) {
    if (ALWAYS.test(path)) entries.add(path);
    if (!MANIFEST.test(path)) continue;
    const text = (await lines(path, 'json'))?.lines.join('\n') ?? '';
    for (const named of pathsIn(text)) {
      const found = sourcesOf(posix.join(posix.dirname(path), named)).find((one) => files.has(one));
      if (found !== undefined) entries.add(found);
    }
  }
  return entries;
}

/** Every string of `main`, `module`, `exports`, `bin` and their like that is a path of a script. */
function pathsIn(manifest: string): string[] {
  return [...manifest.matchAll(/"(\.{0,2}\/?[\w@./-]+\.[cm]?[jt]sx?)"/g)].map(([, path = '']) => path);
}

function sourcesOf(path: string): string[] {
  const stem = path.replace(/\.d\.[cm]?ts$|\.[cm]?[jt]sx?$/, '');
  const inSource = stem.replace(/(^|\/)(?:dist|lib|build|out)\//, '$1src/');
  return [path, ...[stem, inSource].flatMap((one) => SOURCES.map((ending) => one + ending))];
}
