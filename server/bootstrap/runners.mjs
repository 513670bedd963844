import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeAt } from './node.mjs';
import { childEnvironment } from './place.mjs';
import { runInForeground } from './program.mjs';
import { failedInPlaywright, failedInPytest, failedInVitest, tell } from './failures.mjs';
import { countPlaywright, countPytest, countVitest, describe, judge, sum } from './tally.mjs';

/**
 * One program of the suite. Without `count` it counts as one: passed when it exits with 0.
 * @typedef {object} Runner
 * @property {string} name
 * @property {string[]} command
 * @property {string} [folder] to run in, relative to the checkout
 * @property {string} [report] the file it writes
 * @property {(report: string) => import('./tally.mjs').Tally} [count] reads that file
 * @property {(report: string) => import('./failures.mjs').Failure[]} [failures] reads it too
 * @property {number} [limitSeconds]
 * @property {Record<string, string>} [env]
 * @typedef {import('./place.mjs').Place} Place
 */

/** The fast check: needs npm packages only, no engine and no browser.
 * @param {Place} place
 */
export function check(place) {
  return runAll(place, [...staticChecks(place), vitest(place, ['--project=unit', '--project=screens'])]);
}

/** Everything, over both languages and a real browser.
 * @param {Place} place
 */
export function test(place) {
  return runAll(place, [
    ...staticChecks(place),
    { name: 'unused code', command: [nodeAt(place), bin(place, 'knip/bin/knip.js')] },
    vitest(place, []),
    ...pythonRunners(place),
    playwright(place, []),
  ]);
}

/** The benchmarks; they print figures and pass no judgement, so one that ends with an error is all that can fail.
 * @param {Place} place
 * @param {string[]} words run those whose file name contains one of these; all without any. From the first flag on
 *   they go to the benchmarks themselves.
 */
export async function bench(place, words) {
  const env = childEnvironment(place, nodeAt(place));
  const flagsFrom = words.findIndex((word) => word.startsWith('-'));
  const names = flagsFrom < 0 ? words : words.slice(0, flagsFrom);
  const flags = flagsFrom < 0 ? [] : words.slice(flagsFrom);
  const chosen = benchmarks(place).filter(
    ({ file }) => names.length === 0 || names.some((name) => file.includes(name)),
  );
  if (chosen.length === 0) throw new Error(`No benchmark is called ${names.join(' or ') || 'anything'}.`);
  let failed = 0;
  for (const { program, file } of chosen) {
    console.log(`\n── ${file}`);
    const code = await runInForeground([program, file, ...flags], {
      cwd: place.root,
      env: program === place.python ? { ...env, ...preload(place) } : env,
    });
    if (code !== 0) failed += 1;
  }
  return failed;
}

/**
 * `e2e/bench/NAME.bench.ts` and `python/bench/NAME.py`.
 * @param {Place} place
 */
function benchmarks(place) {
  const inFolder = (/** @type {string} */ folder) =>
    existsSync(join(place.root, folder)) ? readdirSync(join(place.root, folder)).sort() : [];
  const typescript = inFolder('e2e/bench').filter((name) => name.endsWith('.bench.ts'));
  const python = inFolder('python/bench').filter((name) => /^[a-z]\w*\.py$/.test(name));
  return [
    ...typescript.map((name) => ({ program: nodeAt(place), file: join('e2e', 'bench', name) })),
    ...python.map((name) => ({ program: place.python, file: join('python', 'bench', name) })),
  ];
}

/** Runs each to its end, whatever the ones before it did, and prints the sum as the last line.
 * @param {Place} place
 * @param {Runner[]} runners
 * @returns {Promise<number>} exit code: 0 when nothing failed
 */
export async function runAll(place, runners) {
  mkdirSync(place.reports, { recursive: true });
  const lines = [];
  const failures = [];
  let total = { passed: 0, failed: 0, skipped: 0 };
  for (const runner of runners) {
    console.log(`\n── ${runner.name}`);
    const start = performance.now();
    const tally = await runOne(place, runner);
    total = sum(total, tally);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    lines.push(`${tally.failed > 0 ? '✗' : '✓'} ${runner.name}: ${describe(tally)} in ${seconds} s`);
    const named = failuresOf(runner);
    failures.push(...named);
    // E.g. a promise that was rejected and that no test waited for.
    if (tally.failed > 0 && !named.some(({ repeated }) => !repeated))
      failures.push({
        title: runner.name,
        message: 'It failed without naming a test: its output above says why.',
      });
  }
  const repeated = failures.filter((failure) => failure.repeated);
  const failed = failures.filter((failure) => !failure.repeated);
  if (repeated.length > 0) console.log(`\n── what passed only when repeated\n${tell(repeated)}`);
  if (failed.length > 0) console.log(`\n── what failed\n${tell(failed)}`);
  console.log(`\n${lines.join('\n')}\n\n${describe(total)}`);
  return total.failed > 0 ? 1 : 0;
}

/**
 * @param {Place} place
 * @param {Runner} runner
 */
async function runOne(place, runner) {
  if (runner.report) rmSync(runner.report, { force: true });
  const code = await runInForeground(runner.command, {
    cwd: join(place.root, runner.folder ?? '.'),
    env: { ...childEnvironment(place, nodeAt(place)), ...runner.env },
    limitSeconds: runner.limitSeconds ?? 300,
  });
  if (code === 130 || code === 143) process.exit(code);
  return judge(code, runner.report && runner.count ? () => runner.count?.(runner.report ?? '') : undefined);
}

/** @param {Runner} runner */
function failuresOf({ report, failures }) {
  if (!report || !failures || !existsSync(report)) return [];
  try {
    return failures(report);
  } catch (error) {
    return [{ title: report, message: `not readable: ${String(error)}` }];
  }
}

/**
 * @param {Place} place
 * @returns {Runner[]}
 */
function staticChecks(place) {
  const node = nodeAt(place);
  return [
    { name: 'format', command: [node, bin(place, '@biomejs/biome/bin/biome'), 'format', '.'] },
    { name: 'lint', command: [node, bin(place, 'oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'] },
    { name: 'dependency rule', command: [node, join(place.root, 'server', 'lint', 'dependency-rule.ts')] },
    { name: 'types', command: [node, bin(place, 'typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  ];
}

/**
 * @param {Place} place
 * @param {string[]} flags
 * @returns {Runner}
 */
function vitest(place, flags) {
  const report = join(place.reports, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    name: flags.length > 0 ? 'unit tests' : 'unit and feature tests',
    command: [nodeAt(place), bin(place, 'vitest/vitest.mjs'), 'run', ...reporters, ...flags],
    report,
    count: countVitest,
    failures: failedInVitest,
    limitSeconds: 720,
  };
}

/**
 * @param {Place} place
 * @returns {Runner[]}
 */
function pythonRunners(place) {
  const report = join(place.reports, 'pytest.xml');
  const program = (/** @type {string} */ name) => join(place.venv, 'bin', name);
  return [
    { name: 'Python format', command: [program('ruff'), 'format', '--check', '.'], folder: 'python' },
    { name: 'Python lint', command: [program('ruff'), 'check', '.'], folder: 'python' },
    {
      name: 'Python types',
      command: [program('ty'), 'check'],
      folder: 'python',
      env: { VIRTUAL_ENV: place.venv },
    },
    {
      name: 'Python tests',
      command: [place.python, '-m', 'pytest', '-q', '-n', '2', `--junitxml=${report}`],
      folder: 'python',
      report,
      count: countPytest,
      failures: failedInPytest,
      limitSeconds: 480,
      env: preload(place),
    },
  ];
}

/**
 * @param {Place} place
 * @param {string[]} flags
 * @returns {Runner}
 */
function playwright(place, flags) {
  const report = join(place.reports, 'playwright.json');
  return {
    name: 'end-to-end tests',
    command: [nodeAt(place), bin(place, '@playwright/test/cli.js'), 'test', ...flags],
    report,
    count: countPlaywright,
    failures: failedInPlaywright,
    limitSeconds: 720,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  };
}

/**
 * @param {Place} place
 * @param {string} path
 */
function bin(place, path) {
  return join(place.root, 'node_modules', path);
}

/** As engines are started on Linux, so that Python beside them computes with the same library.
 * @param {Place} place
 * @returns {Record<string, string>}
 */
function preload(place) {
  return existsSync(place.openblas) ? { LD_PRELOAD: place.openblas } : {};
}
