import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { packagesStep } from './packages.mjs';
import { placeAt } from './place.mjs';
import { writeStamp } from './stamp.mjs';
import { folderWith } from './testing.ts';

const server = dirname(import.meta.dirname);

/** A checkout in which the npm packages are there, and nothing else. */
function checkout(): string {
  const root = folderWith({ 'node_modules/.package-lock.json': '{}', 'python/requirements.txt': '' });
  mkdirSync(join(root, 'server'));
  cpSync(join(server, 'bootstrap.mjs'), join(root, 'server', 'bootstrap.mjs'));
  cpSync(import.meta.dirname, join(root, 'server', 'bootstrap'), { recursive: true });
  const place = placeAt(root);
  writeStamp(join(place.stamps, packagesStep.stamp), packagesStep.inputs(place));
  return root;
}

function bootstrap(root: string, flags: string[], path = '/nowhere') {
  const file = join(root, 'server', 'bootstrap.mjs');
  return spawnSync(process.execPath, [file, ...flags], {
    encoding: 'utf8',
    env: { PATH: path, NODE_ENV: 'test' },
    timeout: 15_000,
  });
}

it('without Python says what is missing and the command that installs it', () => {
  const { status, stderr } = bootstrap(checkout(), ['start']);
  expect(stderr).toContain('Python 3.11 or later, with venv, was not found.');
  expect(stderr).toMatch(/To mend it:\n {2}(sudo apt-get install python3|brew install python@3)/);
  expect(status).toBe(1);
});

it('a test run that cannot be set up ends with a sum, too', () => {
  const { status, stdout } = bootstrap(checkout(), ['test']);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
  expect(status).toBe(1);
});

it('shows the flags without setting anything up', () => {
  const { status, stdout } = bootstrap(folderWithBootstrapOnly(), ['start', '--help']);
  expect(stdout).toContain('--port N');
  expect(stdout).not.toContain('…');
  expect(status).toBe(0);
});

it('refuses a command that it does not know', () => {
  expect(bootstrap(folderWithBootstrapOnly(), ['strat']).status).toBe(2);
});

function folderWithBootstrapOnly(): string {
  const root = folderWith({ 'server/.keep': '' });
  cpSync(join(server, 'bootstrap.mjs'), join(root, 'server', 'bootstrap.mjs'));
  cpSync(import.meta.dirname, join(root, 'server', 'bootstrap'), { recursive: true });
  return root;
}
