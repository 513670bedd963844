import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guide, isAlive } from './testing/engines.ts';

it('leaves no engine behind when the daemon is killed', async () => {
  const home = mkdtempSync(join(tmpdir(), 'mlx-code-orphan-'));
  const daemon = fork(join(import.meta.dirname, 'testing/daemon.ts'), [home, guide.path], {
    stdio: 'inherit',
  });
  const [{ pids }] = await once(daemon, 'message');
  expect(pids).toHaveLength(2);
  expect(pids.filter(isAlive)).toEqual(pids);
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  // They end by themselves, and nobody is told: they are no children of ours.
  await expect.poll(() => pids.filter(isAlive), { timeout: 60_000 }).toEqual([]);
  rmSync(home, { recursive: true, force: true });
});
