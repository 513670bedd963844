import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diagnose, Interrupted } from './prerequisite.mjs';

const leash = join(dirname(fileURLToPath(import.meta.url)), 'leash.mjs');

/** Runs a program to its end, quietly; its output becomes the diagnosis when it fails. It ends when we do.
 * @param {string} step what is being done, for the error
 * @param {string[]} command program and arguments
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} what it printed
 * @throws {MissingPrerequisite} for a cause that the user can mend
 */
export function runQuietly(step, command, { cwd, env = process.env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [leash, ...command], { cwd, env, stdio: 'pipe' });
    let output = '';
    const collect = (/** @type {Buffer} */ data) => (output = (output + data).slice(-200_000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const signals = forwardSignals(child);
    const fail = (/** @type {string} */ reason) => {
      reject(signals.seen ? new Interrupted(signals.seen) : diagnose(step, reason));
    };
    child.on('error', (error) => {
      signals.stop();
      fail(String(error));
    });
    child.on('close', (code) => {
      signals.stop();
      if (code === 0) resolve(output);
      else fail(output);
    });
  });
}

/** Runs a program in the foreground and gives its exit code (128 + n when signal n ended it).
 * @param {string[]} command program and arguments
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, limitSeconds?: number }} options
 * @returns {Promise<number>}
 */
export function runInForeground([program = '', ...args], { cwd, env = process.env, limitSeconds }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
    const signals = forwardSignals(child);
    const stopAtLimit = () => {
      console.error(`ended: it did not finish within ${limitSeconds} s`);
      child.kill('SIGKILL');
    };
    const limit = limitSeconds && setTimeout(stopAtLimit, limitSeconds * 1000);
    const end = (/** @type {number} */ code) => {
      signals.stop();
      clearTimeout(limit);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(String(error));
      end(127);
    });
    child.on('exit', (code, signal) => end(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

/** The first line a program prints, or undefined when it is missing or fails.
 * @param {string[]} command program and arguments
 * @returns {string | undefined}
 */
export function firstLine([program = '', ...args]) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 15_000 });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}

/**
 * Passes on what would end us, and remembers it until the child has ended.
 * Ctrl+C in a terminal reaches the child by itself (one foreground group): passing it on would be a second one.
 * @param {import('node:child_process').ChildProcess} child
 */
function forwardSignals(child) {
  /** @type {NodeJS.Signals[]} */
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (/** @type {NodeJS.Signals} */ name) => {
    signals.seen = name;
    if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
  };
  const signals = {
    /** @type {NodeJS.Signals | undefined} */
    seen: undefined,
    stop() {
      for (const name of names) process.off(name, forward);
    },
  };
  for (const name of names) process.on(name, forward);
  return signals;
}
