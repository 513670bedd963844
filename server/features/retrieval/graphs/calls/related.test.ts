import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSmallWorkspace } from '../testing/small-workspace.ts';
import { related, type RelatedInput } from './related.ts';

let place: Awaited<ReturnType<typeof openSmallWorkspace>>;
const ask = (input: RelatedInput) => related(place, input);
const places = (links: { path: string; line: number }[]) => links.map(({ path, line }) => `${path}:${line}`);

beforeAll(async () => {
  place = await openSmallWorkspace({
    'src/upload/policy.ts': [
      '/** Full jitter. */',
      'export function backoff(attempt: number) {',
      '  return clamp(Math.random() * 2 ** attempt);',
      '}',
      '',
      'export function shouldRetry(status: number, attempt: number) {',
      '  return status === 429 && backoff(attempt) > limit();',
      '}',
      '',
      'function limit() { return 5; }',
      "import { clamp } from '../numbers.ts';",
    ].join('\n'),
    'src/numbers.ts': 'export function clamp(value: number) {\n  return value;\n}\n',
    'src/upload/queue.ts':
      "import { backoff, shouldRetry } from './policy.ts';\nexport class Queue {\n  drain() {\n    if (shouldRetry(429, 1)) return backoff(2);\n    return 0;\n  }\n}\n",
    'src/barrel.ts': "export { shouldRetry } from './upload/policy.ts';\n",
    'src/resume.ts':
      "import { shouldRetry } from './barrel.ts';\nexport const again = () => shouldRetry(408, 2);\n",
    'src/other.ts': 'export function elsewhere() {\n  return window.shouldRetry(1, 2);\n}\n',
    'test/upload/policy.test.ts':
      "import { shouldRetry } from '../../src/upload/policy.ts';\ntest('gives up', () => shouldRetry(429, 6));\n",
    'test/test_numbers.py': 'def test_it():\n    pass\n',
    'shop.py': 'def clamp(x):\n    return x\n',
  });
});
afterAll(() => place.close());

test('a file tells what it imports, who imports it and which tests are about it', () => {
  const answer = ask({ path: 'src/upload/policy.ts' });
  expect(answer.imports).toEqual([{ path: 'src/numbers.ts', names: ['clamp'], line: 11 }]);
  expect(answer.imported_by.map(({ path }) => path)).toEqual([
    'src/upload/queue.ts',
    'src/barrel.ts',
    'test/upload/policy.test.ts',
  ]);
  expect(answer.tests).toEqual([{ path: 'test/upload/policy.test.ts', line: 2, by: 'call' }]);
  expect(answer.symbol).toBeNull();
});

test('the symbol at a line tells from where it is called: certain through imports and barrels, else by its name', () => {
  const answer = ask({ path: 'src/upload/policy.ts', line: 7 });
  expect(answer.symbol).toMatchObject({ name: 'shouldRetry', line: 6 });
  expect(answer.called_from.map(({ path, line, within, certain }) => [path, line, within, certain])).toEqual([
    ['src/resume.ts', 2, 'again', true],
    ['src/upload/queue.ts', 4, 'drain', true],
    ['test/upload/policy.test.ts', 2, null, true],
    ['src/other.ts', 2, 'elsewhere', false],
  ]);
  expect(answer.tests.map(({ path }) => path)).toEqual(['test/upload/policy.test.ts']);
});

test('the symbol at a line tells what it calls, and a call in its own file is certain', () => {
  const calls = ask({ path: 'src/upload/policy.ts', line: 6 }).calls;
  expect(calls.map(({ name, certain }) => [name, certain])).toEqual([
    ['backoff', true],
    ['limit', true],
  ]);
  expect(places(ask({ path: 'src/upload/policy.ts', line: 3 }).calls.map(({ to }) => to))).toEqual([
    'src/numbers.ts:1',
  ]);
  expect(ask({ path: 'src/upload/policy.ts', line: 10 }).called_from.map(({ within }) => within)).toEqual([
    'shouldRetry',
  ]);
});

test('calls of another language are not taken for calls of it', () => {
  expect(ask({ path: 'shop.py' }).called_from).toEqual([]);
});

test('a test is found by its name when nothing imports the file', () => {
  expect(ask({ path: 'src/numbers.ts' }).tests).toEqual([
    { path: 'test/test_numbers.py', line: null, by: 'name' },
  ]);
});

test('a file that is not in the index is not found', () => {
  expect(() => ask({ path: 'src/gone.ts' })).toThrow(expect.objectContaining({ code: 'not_found' }));
});
