import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runInForeground, runQuietly } from './program.mjs';
import { folderWith } from './testing.ts';

const node = process.execPath;

it('gives what the program printed', async () => {
  expect(await runQuietly('a step', [node, '-p', '6 * 7'], { cwd: folderWith() })).toBe('42\n');
});

it('a program that cannot be started is named', async () => {
  await expect(runQuietly('a step', ['/missing/program'], { cwd: folderWith() })).rejects.toThrow(
    '/missing/program',
  );
});

it.each([
  ['its own', 'process.exit(7)', 7],
  ["a signal's", 'process.kill(process.pid, "SIGTERM")', 143],
])('in the foreground the exit code is %s', async (_title, script, code) => {
  expect(await runInForeground([node, '-e', script], { cwd: folderWith() })).toBe(code);
});

it('what set-up runs does not outlive a set-up that was killed', async () => {
  // The program holds a connection to this test: it closes when the program is gone.
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const script = `
    import { runQuietly } from ${JSON.stringify(join(import.meta.dirname, 'program.mjs'))};
    const program = 'require("node:net").connect(${port}, "127.0.0.1")';
    await runQuietly('a step', [process.execPath, '-e', program], { cwd: '.' });`;
  const setup = spawn(node, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const [connection] = await once(server, 'connection');
  setup.kill('SIGKILL');
  await once(connection.resume(), 'close');
  expect(connection.destroyed).toBe(true);
});
