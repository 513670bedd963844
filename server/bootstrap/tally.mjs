import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/** What one program contributes. A runner that reports no test at all, or no report, or fails without naming
 * a test, has failed.
 * @param {number} code its exit code
 * @param {(() => Tally | undefined) | undefined} count reads its report; undefined for a check that counts as one
 * @returns {Tally}
 */
export function judge(code, count) {
  if (!count) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const tally = readOrNothing(count);
  const failedUnnamed = tally.failed === 0 && (code !== 0 || tally.passed === 0);
  return failedUnnamed ? { ...tally, failed: 1 } : tally;
}

/**
 * @param {Tally} a
 * @param {Tally} b
 * @returns {Tally}
 */
export function sum(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** `N passed, N failed`, and `, N skipped` when there are any.
 * @param {Tally} tally
 */
export function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @param {string} file written by vitest's json reporter */
export function countVitest(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const statuses = report.testResults.flatMap(
    (/** @type {{ assertionResults: { status: string }[] }} */ result) =>
      result.assertionResults.map(({ status }) => status),
  );
  // A file that cannot be imported has no test in it, and is a failure all the same.
  const brokenFiles = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: { status: string }[] }} */ result) =>
      result.status === 'failed' && !result.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: count(statuses, ['passed']),
    failed: count(statuses, ['failed']) + brokenFiles.length,
    skipped: count(statuses, ['skipped', 'pending', 'todo', 'disabled']),
  };
}

/** @param {string} file written by pytest's --junitxml */
export function countPytest(file) {
  const suites = readFileSync(file, 'utf8').match(/<testsuite\s[^>]*>/g) ?? [];
  const total = (/** @type {string} */ name) =>
    suites.reduce((all, suite) => all + Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0), 0);
  const failed = total('failures') + total('errors');
  const skipped = total('skipped');
  return { passed: Math.max(0, total('tests') - failed - skipped), failed, skipped };
}

/** A test that passed only when repeated counts as passed, and is named at the end of the run.
 * @param {string} file written by Playwright's json reporter
 */
export function countPlaywright(file) {
  const { stats, errors } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected || errors.length,
    skipped: stats.skipped,
  };
}

/**
 * @param {() => Tally | undefined} read
 * @returns {Tally}
 */
function readOrNothing(read) {
  const nothing = { passed: 0, failed: 0, skipped: 0 };
  try {
    return read() ?? nothing;
  } catch (error) {
    console.error(`no report: ${error instanceof Error ? error.message : String(error)}`);
    return nothing;
  }
}

/**
 * @param {string[]} statuses
 * @param {string[]} wanted
 */
function count(statuses, wanted) {
  return statuses.filter((status) => wanted.includes(status)).length;
}
