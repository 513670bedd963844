import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countPlaywright, countPytest, countVitest, describe, judge, sum } from './tally.mjs';
import { folderWith } from './testing.ts';

const tally = (passed: number, failed = 0, skipped = 0) => ({ passed, failed, skipped });

function report(text: string): string {
  return join(folderWith({ report: text }), 'report');
}

it('a check counts as one, by its exit code', () => {
  expect(judge(0, undefined)).toEqual(tally(1));
  expect(judge(1, undefined)).toEqual(tally(0, 1));
});

it.each([
  ['ran no test', 0, () => tally(0)],
  ['skipped everything', 0, () => tally(0, 0, 3)],
  ['left no report', 0, () => countVitest('/missing/report.json')],
  ['left half a report', 1, () => countVitest(report('{"testResults":['))],
  ['ended with an error after passing tests', 1, () => tally(5)],
])('a runner that %s has failed', (_title, code, count) => {
  expect(judge(code, count).failed).toBe(1);
});

it('failures that a report names are not counted twice', () => {
  expect(judge(1, () => tally(5, 2))).toEqual(tally(5, 2));
});

it('the last line adds up all runners and names skipped tests only when there are any', () => {
  expect(describe(sum(tally(3), tally(2, 1)))).toBe('5 passed, 1 failed');
  expect(describe(sum(tally(3, 0, 1), tally(2, 0, 1)))).toBe('5 passed, 0 failed, 2 skipped');
});

it('vitest: tests by status, and a file that could not be imported as one failure', () => {
  const result = (status: string, ...statuses: string[]) => ({
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  });
  const testResults = [
    result('passed', 'passed', 'passed', 'skipped'),
    result('failed', 'passed', 'failed'),
    result('passed', 'todo'),
    result('failed'),
  ];
  expect(countVitest(report(JSON.stringify({ testResults })))).toEqual(tally(3, 2, 2));
});

it('pytest: errors while collecting count as failures', () => {
  const xml = `<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2"
    skipped="3" tests="10" time="1.2"><testcase name="tests"/></testsuite></testsuites>`;
  expect(countPytest(report(xml))).toEqual(tally(4, 3, 3));
});

it('Playwright: a test that passed only when repeated counts as passed', () => {
  const stats = { expected: 7, unexpected: 1, flaky: 1, skipped: 2 };
  expect(countPlaywright(report(JSON.stringify({ stats, errors: [] })))).toEqual(tally(8, 1, 2));
});

it('Playwright: an error outside every test counts as a failure', () => {
  const stats = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  expect(countPlaywright(report(JSON.stringify({ stats, errors: [{}] })))).toEqual(tally(0, 1));
});
