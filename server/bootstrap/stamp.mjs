import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Hashes the contents of files, and of folders without their tests and texts; a missing file counts as empty.
 * @param {string} root paths in the hash are relative to this folder
 * @param {string[]} paths files or folders inside it
 * @returns {string} sha256 in hex
 */
export function hashOf(root, paths) {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch}`);
  for (const path of paths) {
    for (const file of filesUnder(join(root, path))) {
      hash.update(`\0${relative(root, file)}\0`);
      hash.update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Whether the stamp at `file` was written for these inputs.
 * @param {string} file
 * @param {string} inputs a hash
 */
export function isStamped(file, inputs) {
  try {
    return readFileSync(file, 'utf8') === inputs;
  } catch {
    return false;
  }
}

/** Writes a stamp so that a reader sees the whole of it or nothing.
 * @param {string} file
 * @param {string} inputs a hash
 */
export function writeStamp(file, inputs) {
  mkdirSync(join(file, '..'), { recursive: true });
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, inputs);
  renameSync(partial, file);
}

/** Takes a stamp away, so that a step cut short from here on counts as not done.
 * @param {string} file
 */
export function clearStamp(file) {
  rmSync(file, { force: true });
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  const changesNothing = /\.(test\.tsx?|md)$/;
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => filesUnder(join(path, entry.name)));
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') return changesNothing.test(path) ? [] : [path];
    throw error;
  }
}
