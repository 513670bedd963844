import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/**
 * Where things of one checkout lie. Everything that set-up makes is inside the checkout and ignored by git.
 * @typedef {object} Place
 * @property {string} root the checkout
 * @property {string} runtime private Node, stamps, reports and libraries
 * @property {string} stamps one file per finished set-up step
 * @property {string} reports what the last test run wrote
 * @property {string} venv the Python environment
 * @property {string} python the interpreter inside it
 * @property {string} openblas MLX's faster BLAS on Linux
 * @property {string} ui the built screens
 */

/** Names every path of the checkout at `root`.
 * @param {string} root
 * @returns {Place}
 */
export function placeAt(root) {
  const runtime = join(root, '.runtime');
  return {
    root,
    runtime,
    stamps: join(runtime, 'stamps'),
    reports: join(runtime, 'reports'),
    venv: join(root, '.venv'),
    python: join(root, '.venv', 'bin', 'python'),
    openblas: join(runtime, 'lib', 'libmlxcode_openblas.so'),
    ui: join(root, 'out'),
  };
}

/** Finds an executable file by name in a PATH-like string; undefined when there is none.
 * @param {string} name
 * @param {string | undefined} path
 * @returns {string | undefined}
 */
export function findOnPath(name, path = process.env['PATH']) {
  for (const folder of (path ?? '').split(delimiter)) {
    const file = join(folder, name);
    if (folder !== '' && existsSync(file) && (statSync(file).mode & 0o111) !== 0) return file;
  }
  return undefined;
}

/** The environment for a child: our Node and the environment's programs first on PATH, telemetry off.
 * @param {Place} place
 * @param {string} node the Node to use
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(place, node) {
  const first = [dirname(node), join(place.root, 'node_modules', '.bin')];
  return {
    ...process.env,
    PATH: [...first, process.env['PATH'] ?? ''].join(delimiter),
    NEXT_TELEMETRY_DISABLED: '1',
  };
}
