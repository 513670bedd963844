import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nodeAt } from './node.mjs';
import { childEnvironment, findOnPath } from './place.mjs';
import { MissingPrerequisite } from './prerequisite.mjs';
import { firstLine, runQuietly } from './program.mjs';

const onPath = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Finds a browser that starts: an installed Chromium or Chrome, else one that Playwright fetched before.
 * @returns {string | undefined}
 */
export function findBrowser() {
  const installed = [...onPath.map((name) => findOnPath(name) ?? ''), ...applications];
  // `--version` needs every shared library, so it tells a browser that starts from one that only lies there.
  return [...installed, ...fetched()].find((file) => existsSync(file) && firstLine([file, '--version']));
}

/** Set-up step of the end-to-end tests.
 * @type {import('./setup.mjs').Step}
 */
export const browserStep = {
  name: 'browser for the tests',
  stamp: 'browser',
  needsBytes: 700e6,
  inputs: () => 'any',
  isPresent: () => findBrowser() !== undefined,
  async make(place) {
    if (findBrowser()) return;
    const failures = [];
    for (const command of installers(place)) {
      try {
        await runQuietly(this.name, command, {
          cwd: place.root,
          env: childEnvironment(place, nodeAt(place)),
        });
      } catch (error) {
        if (error instanceof Error && error.name === 'Interrupted') throw error;
        failures.push(String(error));
      }
      if (findBrowser()) return;
    }
    throw new MissingPrerequisite(
      `No Chromium or Chrome was found, and none could be installed.\n${failures.join('\n')}`,
      process.platform === 'darwin' ? 'brew install --cask google-chrome' : 'sudo apt-get install chromium',
    );
  },
};

/**
 * @param {import('./place.mjs').Place} place
 * @returns {string[][]}
 */
function installers(place) {
  const playwright = [nodeAt(place), join(place.root, 'node_modules', '@playwright', 'test', 'cli.js')];
  const own = [...playwright, 'install', 'chromium'];
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) return [own];
  return [
    own,
    [...playwright, 'install-deps', 'chromium'],
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
  ];
}

/** Where Playwright keeps the browsers it fetched. */
function fetched() {
  const mac = process.platform === 'darwin';
  const cache = join(homedir(), mac ? 'Library/Caches' : '.cache', 'ms-playwright');
  const folder = process.env['PLAYWRIGHT_BROWSERS_PATH'] || cache;
  if (!existsSync(folder)) return [];
  const inside = mac
    ? [
        'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
        'chrome-mac-arm64/Chromium.app/Contents/MacOS/Chromium',
      ]
    : ['chrome-linux/chrome', 'chrome-linux64/chrome'];
  return readdirSync(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .flatMap((name) => inside.map((path) => join(folder, name, path)));
}
