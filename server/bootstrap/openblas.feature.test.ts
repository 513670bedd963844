import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openblasStep } from './openblas.mjs';
import { placeAt } from './place.mjs';
import { folderWith } from './testing.ts';

const root = dirname(dirname(import.meta.dirname));

it.runIf(process.platform === 'linux')(
  'the copy has the names MLX calls, and MLX multiplies with it',
  async () => {
    const place = { ...placeAt(root), openblas: join(folderWith(), 'lib', 'openblas.so') };
    await openblasStep.make(place);
    expect(readFileSync(place.openblas).includes('\0cblas_sgemm\0')).toBe(true);
  },
);

it.runIf(process.platform === 'linux')(
  'a library that cannot be made usable is not left behind',
  async () => {
    const place = {
      ...placeAt(root),
      venv: folderWith(),
      openblas: join(folderWith(), 'lib', 'openblas.so'),
    };
    await expect(openblasStep.make(place)).rejects.toThrow();
    expect(existsSync(place.openblas)).toBe(false);
  },
);
