import { expect, it } from 'vitest';
import { findNpm } from './node.mjs';
import { diagnose, MissingPrerequisite } from './prerequisite.mjs';
import { runQuietly } from './program.mjs';
import { folderWith } from './testing.ts';

it.each([
  ['npm', 'npm error code ENOSPC\nnpm error syscall write', 'The disk is full.'],
  ['pip', 'ERROR: Could not install packages: [Errno 28] No space left on device', 'The disk is full.'],
  ['uv', 'failed to write to the file: No space left on device (os error 28)', 'The disk is full.'],
  ['npm', 'npm error code ENOTFOUND\nnpm error network request failed', 'registry cannot be reached'],
  [
    'uv',
    'error: Request failed\n  Caused by: error sending request for url\n dns error',
    'cannot be reached',
  ],
  ['npm', 'npm error code EACCES\nnpm error path node_modules', 'cannot be written'],
])('%s printing %j is reported as: %s', (_program, output, message) => {
  const error = diagnose('packages', output);
  expect(error).toBeInstanceOf(MissingPrerequisite);
  expect(error.message).toContain(message);
});

it('any other failure shows the end of what the program printed', () => {
  const error = diagnose('screens', 'first\nSyntaxError: unexpected token in app/page.tsx');
  expect(error).not.toBeInstanceOf(MissingPrerequisite);
  expect(error.message).toContain('screens failed');
  expect(error.message).toContain('unexpected token in app/page.tsx');
});

it('npm without its registry names the registry', async () => {
  const folder = folderWith({ 'package.json': '{"dependencies":{"left-out":"1.0.0"}}' });
  const flags = [
    '--loglevel=error',
    '--registry=http://127.0.0.1:9',
    '--fetch-retries=0',
    `--cache=${folder}/cache`,
  ];
  const install = runQuietly('npm packages', [findNpm(), 'install', ...flags], { cwd: folder });
  await expect(install).rejects.toMatchObject({
    name: 'MissingPrerequisite',
    message: expect.stringContaining('registry cannot be reached. (while setting up: npm packages)'),
  });
});
