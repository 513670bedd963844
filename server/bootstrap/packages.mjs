import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findNpm, nodeAt } from './node.mjs';
import { childEnvironment } from './place.mjs';
import { runQuietly } from './program.mjs';
import { hashOf } from './stamp.mjs';

/** Set-up step: the npm packages of the lock file.
 * @type {import('./setup.mjs').Step}
 */
export const packagesStep = {
  name: 'npm packages',
  stamp: 'packages',
  needsBytes: 1.5e9,
  inputs: (place) => hashOf(place.root, ['package.json', 'package-lock.json', '.npmrc']),
  isPresent: (place) => existsSync(join(place.root, 'node_modules', '.package-lock.json')),
  async make(place) {
    // A shell with NODE_ENV=production would leave out what builds the screens.
    const command = [findNpm(), 'ci', '--include=dev', '--include=optional', '--loglevel=error'];
    const env = childEnvironment(place, nodeAt(place));
    await runQuietly(this.name, command, { cwd: place.root, env });
  },
};
