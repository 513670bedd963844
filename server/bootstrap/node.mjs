import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from './place.mjs';
import { MissingPrerequisite } from './prerequisite.mjs';
import { runQuietly } from './program.mjs';

const privateMajor = 24;

/** Whether a Node of this version runs the daemon: 22.22 or later of that line, or 24 and later.
 * @param {string} version such as `20.20.2`
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 22 && minor >= 22) || major >= 24;
}

/** The Node that runs everything but set-up itself: this one when it is new enough, else the private one.
 * @param {import('./place.mjs').Place} place
 * @param {string} version of the running Node
 */
export function nodeAt(place, version = process.versions.node) {
  return isNewEnough(version)
    ? process.execPath
    : join(place.runtime, 'node_modules', nodePackage(), 'bin', 'node');
}

/** Set-up step where the system's Node is too old: a private one inside the checkout.
 * @type {import('./setup.mjs').Step}
 */
export const nodeStep = {
  name: `Node ${privateMajor}`,
  stamp: 'node',
  needsBytes: 300e6,
  inputs: () => `private ${privateMajor}`,
  isPresent: (place) => existsSync(nodeAt(place)),
  async make(place) {
    if (process.platform !== 'linux') {
      throw new MissingPrerequisite(
        `Node 22.22 or later is needed; this is ${process.versions.node}.`,
        process.platform === 'darwin' ? 'brew install node@24' : 'Install Node 24 from https://nodejs.org',
      );
    }
    mkdirSync(place.runtime, { recursive: true });
    const install = [
      'install',
      '--prefix',
      place.runtime,
      '--no-save',
      '--ignore-scripts',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
    ];
    await runQuietly(this.name, [findNpm(), ...install, `${nodePackage()}@${privateMajor}`], {
      cwd: place.runtime,
    });
  },
};

/** The npm to install with.
 * @throws {MissingPrerequisite} when there is none
 */
export function findNpm() {
  const npm = findOnPath('npm', `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`);
  if (npm) return npm;
  throw new MissingPrerequisite(
    'npm was not found.',
    process.platform === 'darwin' ? 'brew install node@24' : 'sudo apt-get install npm',
  );
}

function nodePackage() {
  return `node-linux-${process.arch}`;
}
