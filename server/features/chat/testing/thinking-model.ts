import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');
const SCRIPT = `
import sys
from pathlib import Path
from tests.test_thinking import ALWAYS, MARKERS
from tests.tiny import make_model
make_model(Path(sys.argv[1]), template=ALWAYS, markers=MARKERS)
`;

/** Writes a model of random weights whose template opens every answer with reasoning. */
export function makeThinkingModel(path: string): void {
  execFileSync(join(root, '.venv/bin/python'), ['-c', SCRIPT, path], {
    cwd: join(root, 'python'),
    env: { ...process.env, MLX_DISABLE_COMPILE: '1' },
    timeout: 60_000,
  });
}
