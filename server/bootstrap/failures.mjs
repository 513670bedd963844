import { readFileSync } from 'node:fs';

/**
 * A test that failed, as its runner's report tells it.
 * @typedef {object} Failure
 * @property {string} title its file and its name
 * @property {string} message
 * @property {boolean} [repeated] it passed when it was run again
 */

const LINES_OF_A_MESSAGE = 12;
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Each failure with the beginning of its message, to stand at the end of the output, where it is looked for.
 * @param {Failure[]} failures
 * @returns {string} empty without any
 */
export function tell(failures) {
  return failures
    .map(({ title, message, repeated }) => {
      const lines = message.replaceAll(COLOUR, '').trim().split('\n').slice(0, LINES_OF_A_MESSAGE);
      return [`${repeated ? '↻' : '✗'} ${title}`, ...lines.map((line) => `    ${line}`)].join('\n');
    })
    .join('\n');
}

/**
 * @param {string} file written by vitest's json reporter
 * @returns {Failure[]}
 */
export function failedInVitest(file) {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.flatMap(
    (/** @type {{ name: string, status: string, message: string, assertionResults: any[] }} */ result) => {
      // One that passed at its second try keeps the message of its first.
      const failed = result.assertionResults.filter(({ failureMessages }) => failureMessages.length > 0);
      const broken = result.status === 'failed' && !failed.some(({ status }) => status === 'failed');
      return [
        ...(broken ? [{ title: result.name, message: result.message }] : []),
        ...failed.map(({ fullName, failureMessages, status }) => ({
          title: `${result.name} › ${fullName}`,
          message: failureMessages.join('\n'),
          ...(status === 'passed' ? { repeated: true } : {}),
        })),
      ];
    },
  );
}

/**
 * @param {string} file written by pytest's --junitxml
 * @returns {Failure[]}
 */
export function failedInPytest(file) {
  const cases = readFileSync(file, 'utf8').match(/<testcase\s[^>]*[^/]>[\s\S]*?<\/testcase>/g) ?? [];
  return cases.flatMap((text) => {
    const message = /<(?:failure|error)\s+message="([^"]*)"/.exec(text)?.[1];
    if (message === undefined) return [];
    const attribute = (/** @type {string} */ name) =>
      new RegExp(`\\s${name}="([^"]*)"`).exec(text)?.[1] ?? '';
    return [{ title: plain(`${attribute('classname')} › ${attribute('name')}`), message: plain(message) }];
  });
}

/**
 * @param {string} file written by Playwright's json reporter
 * @returns {Failure[]}
 */
export function failedInPlaywright(file) {
  const { suites, errors } = JSON.parse(readFileSync(file, 'utf8'));
  return [
    ...suites.flatMap(failedSpecs),
    ...errors.map((/** @type {{ message?: string }} */ error) => ({
      title: 'outside every test',
      message: error.message ?? '',
    })),
  ];
}

/**
 * @param {any} suite of Playwright's report; suites hold suites
 * @returns {Failure[]}
 */
function failedSpecs(suite) {
  const own = (suite.specs ?? []).flatMap((/** @type {any} */ spec) =>
    spec.tests
      .filter((/** @type {any} */ { status }) => status === 'unexpected' || status === 'flaky')
      .map((/** @type {any} */ each) => ({
        title: `${spec.file}:${spec.line} › ${spec.title}`,
        message: each.results.map((/** @type {any} */ result) => result.error?.message ?? '').join('\n'),
        ...(each.status === 'flaky' ? { repeated: true } : {}),
      })),
  );
  return [...own, ...(suite.suites ?? []).flatMap(failedSpecs)];
}

/** @param {string} text with XML's entities */
function plain(text) {
  return text
    .replaceAll('&#10;', '\n')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
