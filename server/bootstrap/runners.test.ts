import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from './testing.ts';

/** Runs programs the way `npm test` runs its own, in a folder of their own. */
function runAll(runners: { name: string; script: string; limitSeconds?: number }[]) {
  const root = folderWith();
  const script = `
    import { placeAt } from ${JSON.stringify(join(import.meta.dirname, 'place.mjs'))};
    import { runAll } from ${JSON.stringify(join(import.meta.dirname, 'runners.mjs'))};
    const runners = ${JSON.stringify(runners)}.map(({ name, script, limitSeconds }) => ({
      name, limitSeconds, command: [process.execPath, '-e', script],
    }));
    process.exitCode = await runAll(placeAt(${JSON.stringify(root)}), runners);`;
  const command = ['--input-type=module', '-e', script];
  const { status, stdout } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 15_000 });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1), stdout };
}

it('goes on after a failure, ends with the sum alone on its line, and fails', () => {
  const { status, lastLine, stdout } = runAll([
    { name: 'one', script: '' },
    { name: 'two', script: 'process.exit(3)' },
    { name: 'three', script: 'console.log("three ran")' },
  ]);
  expect(stdout).toContain('three ran');
  expect(stdout).toContain('── what failed\n✗ two\n');
  expect(lastLine).toBe('2 passed, 1 failed');
  expect(status).toBe(1);
});

it('succeeds when everything passed', () => {
  const { status, lastLine } = runAll([{ name: 'one', script: '' }]);
  expect(lastLine).toBe('1 passed, 0 failed');
  expect(status).toBe(0);
});

it('a program that hangs is ended at its limit and counts as failed', () => {
  const { lastLine } = runAll([{ name: 'hangs', script: 'setInterval(() => {}, 1000)', limitSeconds: 1 }]);
  expect(lastLine).toBe('0 passed, 1 failed');
});

it('a program that does not exist counts as failed', () => {
  const { lastLine, status } = runAll([{ name: 'broken', script: 'require("missing-package")' }]);
  expect(lastLine).toBe('0 passed, 1 failed');
  expect(status).toBe(1);
});
