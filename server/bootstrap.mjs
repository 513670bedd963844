#!/usr/bin/env node
// Runs on any Node >= 18 and imports nothing that must be installed first.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserStep } from './bootstrap/browser.mjs';
import { develop, start } from './bootstrap/daemon.mjs';
import { isNewEnough, nodeStep } from './bootstrap/node.mjs';
import { openblasStep } from './bootstrap/openblas.mjs';
import { packagesStep } from './bootstrap/packages.mjs';
import { placeAt } from './bootstrap/place.mjs';
import { Interrupted, MissingPrerequisite } from './bootstrap/prerequisite.mjs';
import { pythonStep } from './bootstrap/python.mjs';
import { bench, check, test } from './bootstrap/runners.mjs';
import { isDone, setUp } from './bootstrap/setup.mjs';
import { uiStep } from './bootstrap/ui.mjs';

const usage = `MLX Code: a coding assistant in a browser tab, on models of this machine

  npm start     set up what is missing, start, print the link to open
  npm test      set up what is missing, run every check and test
  npm run dev   start with the screens in development mode; restart on change
  npm run check format, lint, dependency rule, types and unit tests
  npm run bench print the benchmarks

The most used flags of start and dev, after --, as in: npm start -- --port 7000
  --port N      listen on this port (default 7878; 0 takes a free one)
  --host NAME   listen on this address (default: this machine only)
  --home DIR    keep conversations, models and logs here (default ~/.mlx-code)
  --no-open     do not open a browser
  --help        this page
`;

const node = isNewEnough(process.versions.node) ? [] : [nodeStep];
const engine = [...node, packagesStep, pythonStep, openblasStep];

/** @type {Record<string, { steps: import('./bootstrap/setup.mjs').Step[], run?: typeof start }>} */
const commands = {
  start: { steps: [...engine, uiStep], run: start },
  dev: { steps: engine, run: develop },
  setup: { steps: [...engine, uiStep, browserStep] },
  check: { steps: [...node, packagesStep], run: check },
  test: { steps: [...engine, uiStep, browserStep], run: test },
  bench: { steps: [...engine, uiStep, browserStep], run: bench },
};

const place = placeAt(dirname(dirname(fileURLToPath(import.meta.url))));
const [name = '', ...flags] = process.argv.slice(2);
const command = commands[name];

if (!command || flags.includes('--help') || flags.includes('-h')) {
  console.log(usage);
  process.exitCode = command || name === '--help' ? 0 : 2;
  // Once the packages are there the daemon can name all its flags itself.
  if (command?.run === start && isDone(place, packagesStep))
    process.exitCode = await start(place, ['--help']);
} else {
  try {
    await setUp(place, command.steps);
    process.exitCode = (await command.run?.(place, flags)) ?? 0;
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * @param {unknown} error
 * @returns {number} the exit code
 */
function report(error) {
  if (error instanceof Interrupted) {
    console.error(`\n${error.message}`);
    return error.signal === 'SIGINT' ? 130 : 143;
  }
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof MissingPrerequisite) console.error(`\nTo mend it:\n  ${error.mend}`);
  // Whoever reads the last line of a test run finds a sum there, too, when set-up did not get that far.
  if (name === 'test') console.log('\n0 passed, 1 failed');
  return 1;
}
