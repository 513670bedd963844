import { expect, test } from 'vitest';
import { runProcess, spawnProcess } from './spawn.ts';

const node = process.execPath;
interface Options {
  args?: string[];
  env?: Record<string, string>;
  stdin?: { text: string };
  maxBytes?: number;
  timeout?: number;
}

const run = (script: string, { args = [], ...options }: Options = {}) =>
  runProcess({ command: node, args: ['-e', script, ...args], env: {}, timeout: 10_000, ...options });

test('a child sees the environment it was given and nothing else', async () => {
  process.env.MLX_CODE_TEST_SECRET = 'leaks';
  const { stdout } = await run('console.log(JSON.stringify(process.env))', { env: { ONLY: 'this' } });
  delete process.env.MLX_CODE_TEST_SECRET;
  expect(JSON.parse(stdout)).toEqual({ ONLY: 'this' });
});

test('arguments are never read by a shell', async () => {
  const evil = ['$(touch /tmp/x)', '; echo pwned', '`id`', '*', '--flag', ''];
  const { stdout } = await run('console.log(JSON.stringify(process.argv.slice(1)))', {
    args: ['x', ...evil],
  });
  expect(JSON.parse(stdout)).toEqual(['x', ...evil]);
});

test('a text is given on stdin, output beyond the cap is dropped', async () => {
  const { stdout, code } = await run('process.stdin.pipe(process.stdout)', {
    stdin: { text: 'a'.repeat(5000) },
    maxBytes: 1000,
  });
  expect([code, stdout.length]).toEqual([0, 1000]);
});

test('a child that hangs is killed and said to have timed out', async () => {
  await expect(run('setInterval(() => {}, 1000)', { timeout: 300 })).rejects.toMatchObject({
    code: 'timeout',
  });
});

test('a program that is not there is unsupported; NUL bytes are refused', async () => {
  const missing = runProcess({ command: '/nothing/here', env: {}, timeout: 1000 });
  await expect(missing).rejects.toMatchObject({ code: 'unsupported' });
  expect(() => spawnProcess({ command: node, args: ['a\0b'], env: {} })).toThrow(/NUL/);
});

test('the exit code and the signal are told apart', async () => {
  expect(await run('process.exit(7)')).toMatchObject({ code: 7, signal: null });
  expect(await run('process.kill(process.pid, "SIGTERM")')).toMatchObject({ code: null, signal: 'SIGTERM' });
});
