import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface LockedPackage {
  version?: string;
  optionalDependencies?: Record<string, string>;
}

const packages: Record<string, LockedPackage> = JSON.parse(read('package-lock.json')).packages;
const requirements = read('python/requirements.txt');

/** Every version of a package in the npm lock, wherever it is nested. */
function npmVersions(name: string): string[] {
  return Object.entries(packages)
    .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    .flatMap(([, { version }]) => version ?? []);
}

function pythonVersions(name: string): string[] {
  return [...requirements.matchAll(/^([a-z0-9-]+)==([^\s\\;]+)/gim)]
    .filter((match) => match[1] === name)
    .flatMap((match) => match[2] ?? []);
}

function isAtLeast(version: string, floor: string): boolean {
  const [have, want] = [version, floor].map((each) => each.split('.').map(Number.parseFloat));
  const difference = want?.map((part, index) => (have?.[index] ?? 0) - part).find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

it.each([
  ['1.2.3', '1.2.3', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.9.9', true],
  ['1.2.2', '1.2.3', false],
  ['0.45.1', '0.45.2', false],
])('%s is at least %s: %s', (version, floor, expected) => {
  expect(isAtLeast(version, floor)).toBe(expected);
});

it.each([
  ['next', '16.2.11'],
  ['mermaid', '11.16.1'],
  ['katex', '0.16.21'],
  ['dompurify', '3.4.13'],
  ['socket.io-parser', '4.2.7'],
  ['drizzle-orm', '0.45.2'],
])('%s is locked at %s or later, every copy of it', (name, floor) => {
  const versions = npmVersions(name);
  expect(versions).not.toEqual([]);
  expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
});

// Not needed so far; a package that brings one of them brings it at this version or later.
it.each([
  ['@modelcontextprotocol/sdk', '1.26.0'],
  ['tar', '7.5.21'],
])('%s, where it is locked at all, is at %s or later', (name, floor) => {
  expect(npmVersions(name).filter((version) => !isAtLeast(version, floor))).toEqual([]);
});

it('vm2 is nowhere in the lock', () => {
  expect(npmVersions('vm2')).toEqual([]);
});

it.each([
  ['mlx', '0.29.4'],
  ['transformers', '5.10.0'],
  ['jinja2', '3.1.6'],
])('Python: %s is locked at %s or later', (name, floor) => {
  const versions = pythonVersions(name);
  expect(versions).not.toEqual([]);
  expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
});

it('every optional package, of whatever platform, has its own entry', () => {
  const optional = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  const missing = optional.filter(
    ({ path, name }) => !candidates(path, name).some((each) => each in packages),
  );
  expect(optional.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

/** Where Node looks for a package from inside another one. */
function candidates(path: string, name: string): string[] {
  const parents = path
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return [...parents.map((parent) => `${parent}/node_modules/${name}`), `node_modules/${name}`];
}

it.each([
  ['package-lock.json', JSON.stringify(packages, (key, value) => (key === 'funding' ? undefined : value))],
  ['python/requirements.txt', requirements],
  ['.npmrc', read('.npmrc')],
])('%s names no host', (_path, text) => {
  expect(text.match(/\w+:\/\/[^/"\s]+/g) ?? []).toEqual([]);
});

it('every Python package is locked by hash', () => {
  const blocks = requirements.split(/^(?=[a-z0-9-]+(?:\[[^\]]*\])?==)/im).slice(1);
  expect(blocks.length).toBeGreaterThan(20);
  expect(blocks.filter((block) => !block.includes('--hash=sha256:'))).toEqual([]);
});

it('direct dependencies are exact versions', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const versions = Object.entries<string>({ ...dependencies, ...devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
