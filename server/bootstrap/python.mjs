import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from './place.mjs';
import { MissingPrerequisite } from './prerequisite.mjs';
import { firstLine, runQuietly } from './program.mjs';
import { hashOf } from './stamp.mjs';

const uvVersion = '0.13.8';
const fetchedPython = '3.12';

/** Set-up step: the Python environment with MLX, exactly as locked.
 * @type {import('./setup.mjs').Step}
 */
export const pythonStep = {
  name: 'Python packages',
  stamp: 'python',
  needsBytes: 0.8e9,
  inputs: (place) => hashOf(place.root, ['python/requirements.txt']),
  isPresent: (place) => existsSync(place.python),
  async make(place) {
    const uv = await makeEnvironment(place);
    const sync = [
      'pip',
      'sync',
      '--quiet',
      '--require-hashes',
      '--python',
      place.python,
      'python/requirements.txt',
    ];
    await runQuietly(this.name, [uv, ...sync], { cwd: place.root });
  },
};

/** The first interpreter on `path` that is Python 3.11 or later and can make environments.
 * @param {string | undefined} path PATH-like
 * @returns {string | undefined}
 */
export function findPython(path = process.env['PATH']) {
  for (const name of ['python3.13', 'python3.12', 'python3.11', 'python3.14', 'python3', 'python']) {
    const file = findOnPath(name, path);
    if (file && isUsable(file)) return file;
  }
  return undefined;
}

/** What to type where no Python is new enough and none can be fetched.
 * @param {NodeJS.Platform} platform
 */
export function missingPython(platform = process.platform) {
  return new MissingPrerequisite(
    'Python 3.11 or later, with venv, was not found.',
    platform === 'darwin' ? 'brew install python@3.12' : 'sudo apt-get install python3 python3-venv',
  );
}

/** Asks the program itself: a name on PATH can be a launcher for a version that is not installed.
 * @param {string} file
 */
function isUsable(file) {
  const version = firstLine([file, '-c', 'import sys, venv, ensurepip; print(*sys.version_info[:2])']);
  const [major = 0, minor = 0] = (version ?? '').split(' ').map(Number);
  return major === 3 && minor >= 11;
}

/**
 * @param {import('./place.mjs').Place} place
 * @returns {Promise<string>} the uv to install with
 */
async function makeEnvironment(place) {
  const python = findPython();
  const uvOnPath = findOnPath('uv');
  const inside = join(place.venv, 'bin', 'uv');
  if (!python && !uvOnPath) throw missingPython();
  if (
    existsSync(place.python) &&
    firstLine([place.python, '-c', 'print(1)']) &&
    (uvOnPath ?? existsSync(inside))
  ) {
    return uvOnPath ?? inside;
  }
  rmSync(place.venv, { recursive: true, force: true });
  if (uvOnPath) {
    const make = [uvOnPath, 'venv', '--quiet', '--python', python ?? fetchedPython, place.venv];
    await runQuietly('Python', make, { cwd: place.root }).catch((error) => {
      throw python ? error : missingPython();
    });
    return uvOnPath;
  }
  await runQuietly('Python environment', [python ?? '', '-m', 'venv', place.venv], { cwd: place.root });
  const install = [
    place.python,
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `uv==${uvVersion}`,
  ];
  await runQuietly('uv', install, { cwd: place.root });
  return inside;
}
