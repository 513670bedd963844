// Runs a program that must not outlive set-up: `node leash.mjs PROGRAM ARGS`. When the other end of stdin closes,
// set-up was killed, and an npm left running would fight with the one of the next start over the same files.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

process.stdin.resume().on('end', () => child.kill('SIGKILL'));
/** @type {NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of passedOn) process.on(signal, () => child.kill(signal));

child.on('error', (error) => {
  console.error(String(error));
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
