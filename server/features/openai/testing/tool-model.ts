import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');
const SCRIPT = `
import sys
from pathlib import Path
from tests.test_thinking import MARKERS, QWEN3
from tests.tiny import make_model
make_model(Path(sys.argv[1]), template=QWEN3, markers=MARKERS)
`;

/** Writes a model of random weights whose template knows tools and thinking, in Qwen3's format. */
export function makeToolModel(path: string): void {
  execFileSync(join(root, '.venv/bin/python'), ['-c', SCRIPT, path], {
    cwd: join(root, 'python'),
    env: { ...process.env, MLX_DISABLE_COMPILE: '1' },
    timeout: 60_000,
  });
}
