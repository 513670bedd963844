import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { MissingPrerequisite } from './prerequisite.mjs';
import { clearStamp, isStamped, writeStamp } from './stamp.mjs';

/**
 * One step of set-up. It is done when its stamp was written for the present inputs and what it made is there.
 * @typedef {object} Step
 * @property {string} name what the line on the terminal says
 * @property {string} stamp file name of its stamp
 * @property {number} needsBytes free disk space to start with
 * @property {(place: Place) => string} inputs a hash of what the result depends on
 * @property {(place: Place) => boolean} isPresent whether the result is still there
 * @property {(place: Place) => Promise<void>} make
 * @typedef {import('./place.mjs').Place} Place
 */

/** Does the steps that are not done, in order; touches no network and takes no lock when all are.
 * @param {Place} place
 * @param {Step[]} steps
 * @param {(text: string) => void} say receives parts of lines
 * @throws {MissingPrerequisite} naming the command that mends it
 */
export async function setUp(place, steps, say = (text) => process.stdout.write(text)) {
  for (const step of steps) {
    if (isDone(place, step)) continue;
    const onWait = (/** @type {number} */ holder) => say(`waiting for the set-up in process ${holder}\n`);
    await withLock(join(place.runtime, 'setup.lock'), () => perform(place, step, say), onWait);
  }
}

/** Whether a step has nothing to do.
 * @param {Place} place
 * @param {Step} step
 */
export function isDone(place, step) {
  return isStamped(stampOf(place, step), step.inputs(place)) && step.isPresent(place);
}

/**
 * @param {Place} place
 * @param {Step} step
 * @param {(text: string) => void} say
 */
async function perform(place, step, say) {
  if (isDone(place, step)) return;
  requireSpace(place, step);
  const start = performance.now();
  say(`${step.name} … `);
  clearStamp(stampOf(place, step));
  try {
    await step.make(place);
  } catch (error) {
    say('failed\n');
    throw error;
  }
  writeStamp(stampOf(place, step), step.inputs(place));
  say(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

/**
 * @param {Place} place
 * @param {Step} step
 */
function requireSpace(place, step) {
  mkdirSync(place.runtime, { recursive: true });
  const { bavail, bsize } = statfsSync(place.runtime);
  const free = bavail * bsize;
  if (free >= step.needsBytes) return;
  const gigabytes = (/** @type {number} */ bytes) => (bytes / 1e9).toFixed(1);
  throw new MissingPrerequisite(
    `The disk is full: ${step.name} needs ${gigabytes(step.needsBytes)} GB, ${gigabytes(free)} GB are free.`,
    `Free some space on the disk of ${place.root} (df -h .), then run the same command again.`,
  );
}

/**
 * @param {Place} place
 * @param {Step} step
 */
function stampOf(place, step) {
  return join(place.stamps, step.stamp);
}
