import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { nodeAt } from './node.mjs';
import { childEnvironment } from './place.mjs';
import { runInForeground } from './program.mjs';

/** Runs the daemon until it ends.
 * @param {import('./place.mjs').Place} place
 * @param {string[]} flags for the daemon
 * @returns {Promise<number>} its exit code
 */
export function start(place, flags) {
  const node = nodeAt(place);
  // From its first line on: stripping types of even a few files costs a fifth of the start.
  const env = {
    ...daemonEnvironment(place, node),
    NODE_COMPILE_CACHE: join(place.root, '.runtime', 'compile-cache'),
  };
  return runInForeground([node, join(place.root, 'server', 'main.ts'), ...flags], { cwd: place.root, env });
}

/** Threads that index and search free what others took: with glibc's arena for each of them the daemon holds twice as much.
 * @param {import('./place.mjs').Place} place
 * @param {string} node the Node to use
 * @returns {NodeJS.ProcessEnv}
 */
function daemonEnvironment(place, node) {
  return { MALLOC_ARENA_MAX: '2', LANCEDB_LOG: 'error', ...childEnvironment(place, node) };
}

/** Runs the daemon with Next in development mode, and again after each change under `server/` or `db/`.
 * @param {import('./place.mjs').Place} place
 * @param {string[]} flags for the daemon
 * @returns {Promise<number>} the daemon's exit code once it ended by itself or was stopped
 */
export function develop(place, flags) {
  const node = nodeAt(place);
  // `node --watch` would also watch what Next compiles, and restart at every edited page.
  if (node !== process.execPath) {
    const again = [node, join(place.root, 'server', 'bootstrap.mjs'), 'dev', ...flags];
    return runInForeground(again, { cwd: place.root });
  }
  return new Promise((resolve) => supervise(place, { node, flags, onEnd: resolve }));
}

/**
 * @param {import('./place.mjs').Place} place
 * @param {{ node: string, flags: string[], onEnd: (code: number) => void }} options
 */
function supervise(place, { node, flags, onEnd }) {
  const env = daemonEnvironment(place, node);
  const main = [join(place.root, 'server', 'main.ts'), '--dev'];
  const run = (/** @type {string[]} */ more) =>
    spawn(node, [...main, ...flags, ...more], { cwd: place.root, env, stdio: 'inherit' }).on('exit', ended);
  let restarting = false;
  let child = run([]);

  /** @param {number | null} code */
  function ended(code) {
    if (restarting) {
      restarting = false;
      child = run(['--no-open']);
      return;
    }
    for (const watcher of watchers) watcher.close();
    onEnd(code ?? 1);
  }

  /** @type {NodeJS.Timeout | undefined} */
  let pause;
  const watchers = ['server', 'db'].map((folder) =>
    watch(join(place.root, folder), { recursive: true }, (_event, file) => {
      if (!/(?<!\.test)\.(ts|sql|json)$/.test(String(file))) return;
      clearTimeout(pause);
      pause = setTimeout(() => {
        console.log(`${folder}/${file} changed, starting again`);
        restarting = true;
        child.kill('SIGTERM');
      }, 150);
    }),
  );
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
}
