import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeAt } from './node.mjs';
import { childEnvironment } from './place.mjs';
import { runQuietly } from './program.mjs';
import { hashOf } from './stamp.mjs';

const sources = [
  'app',
  'public',
  'next.config.mjs',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
];

/** Set-up step: the screens as files, which the daemon serves.
 * @type {import('./setup.mjs').Step}
 */
export const uiStep = {
  name: 'screens',
  stamp: 'ui',
  needsBytes: 300e6,
  inputs: (place) => hashOf(place.root, sources),
  isPresent: (place) => existsSync(join(place.ui, 'index.html')),
  async make(place) {
    const node = nodeAt(place);
    const next = join(place.root, 'node_modules', 'next', 'dist', 'bin', 'next');
    const env = { ...childEnvironment(place, node), NODE_ENV: /** @type {const} */ ('production') };
    await runQuietly(this.name, [node, next, 'build'], { cwd: place.root, env });
  },
};
