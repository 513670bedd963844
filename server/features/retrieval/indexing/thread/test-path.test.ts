import { expect, test } from 'vitest';
import { isTestPath } from './test-path.ts';

test.each([
  'tests/a.py',
  'src/__tests__/view.tsx',
  'test_store.py',
  'pkg/store_test.go',
  'src/store.test.ts',
  'src/main/UserTest.java',
  'spec/models/user_spec.rb',
])('%s belongs to tests', (path) => {
  expect(isTestPath(path)).toBe(true);
});

test.each([
  'latest-app/a.ts',
  'attestation.py',
  'contest/run.py',
  'src/testimony.ts',
  'protest.go',
  'inspect.py',
])('%s is no test', (path) => {
  expect(isTestPath(path)).toBe(false);
});
