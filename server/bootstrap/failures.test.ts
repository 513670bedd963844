import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failedInPlaywright, failedInPytest, failedInVitest, tell } from './failures.mjs';
import { folderWith } from './testing.ts';

function report(text: string): string {
  return join(folderWith({ report: text }), 'report');
}

it('vitest: failed tests by file and name, and a file that could not be imported', () => {
  const testResults = [
    {
      name: 'a.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { status: 'passed', fullName: 'fine', failureMessages: [] },
        { status: 'failed', fullName: 'adds', failureMessages: ['expected 3 to be 4'] },
        { status: 'passed', fullName: 'waits', failureMessages: ['too early'] },
      ],
    },
    { name: 'b.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] },
    { name: 'c.test.ts', status: 'passed', message: '', assertionResults: [] },
  ];
  expect(failedInVitest(report(JSON.stringify({ testResults })))).toEqual([
    { title: 'a.test.ts › adds', message: 'expected 3 to be 4' },
    { title: 'a.test.ts › waits', message: 'too early', repeated: true },
    { title: 'b.test.ts', message: 'Cannot find module' },
  ]);
});

it('pytest: failures and errors, with entities turned back into text', () => {
  const xml = `<testsuites><testsuite name="pytest">
    <testcase classname="tests.test_a" name="test_fine" time="0.1" />
    <testcase classname="tests.test_a" name="test_adds[1-2]" time="0.1"><failure message="assert 3 &lt; 2&#10;more">trace</failure></testcase>
    <testcase classname="tests.test_a" name="test_skipped" time="0.1"><skipped message="no" /></testcase>
    <testcase classname="tests.test_b" name="test_c" time="0.1"><error message="failed on setup">trace</error></testcase>
    </testsuite></testsuites>`;
  expect(failedInPytest(report(xml))).toEqual([
    { title: 'tests.test_a › test_adds[1-2]', message: 'assert 3 < 2\nmore' },
    { title: 'tests.test_b › test_c', message: 'failed on setup' },
  ]);
});

it('Playwright: failed tests of suites within suites, and errors outside them', () => {
  const spec = (title: string, status: string, message?: string) => ({
    title,
    file: 'chat.spec.ts',
    line: 7,
    tests: [{ status, results: [{ error: message === undefined ? undefined : { message } }] }],
  });
  const suites = [
    { specs: [spec('opens', 'expected')], suites: [{ specs: [spec('sends', 'unexpected', 'not visible')] }] },
    { specs: [spec('closes', 'flaky', 'too early')] },
  ];
  expect(failedInPlaywright(report(JSON.stringify({ suites, errors: [{ message: 'no browser' }] })))).toEqual(
    [
      { title: 'chat.spec.ts:7 › sends', message: 'not visible' },
      { title: 'chat.spec.ts:7 › closes', message: 'too early', repeated: true },
      { title: 'outside every test', message: 'no browser' },
    ],
  );
});

it('is told with the beginning of its message, without colours', () => {
  const message = ['\u001b[31mexpected\u001b[39m', ...Array.from({ length: 40 }, () => 'line')].join('\n');
  const told = tell([{ title: 'a › b', message }]).split('\n');
  expect(told.slice(0, 2)).toEqual(['✗ a › b', '    expected']);
  expect(told).toHaveLength(13);
  expect(tell([{ title: 'a › b', message: 'too early', repeated: true }])).toBe('↻ a › b\n    too early');
  expect(tell([])).toBe('');
});
