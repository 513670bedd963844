/** Something set-up needs and cannot make itself: what is missing, and the command that mends it. */
export class MissingPrerequisite extends Error {
  /**
   * @param {string} message what is missing, one sentence
   * @param {string} mend the command or action that mends it
   */
  constructor(message, mend) {
    super(message);
    this.name = 'MissingPrerequisite';
    this.mend = mend;
  }
}

/** The user stopped set-up; what is finished stays finished. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super('Stopped. The next start goes on from here.');
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

const causes = [
  {
    pattern: /ENOSPC|No space left on device|os error 28\b/i,
    message: 'The disk is full.',
    mend: 'Free about 3 GB on this disk (df -h .), then run the same command again.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|dns error|name resolution|error sending request|Failed to (fetch|download)|NewConnectionError|Could not connect|network is unreachable|No matching distribution found/i,
    message: 'The package registry cannot be reached.',
    mend: 'Check the network, or the proxy in HTTPS_PROXY and in "npm config get registry", then run the same command again.',
  },
  {
    pattern: /EACCES|EPERM|Permission denied|EROFS|Read-only file system/i,
    message: 'This folder cannot be written.',
    mend: 'sudo chown -R "$(id -un)" .',
  },
];

/** Reads what a failed program printed and names the cause where it is one that people meet.
 * @param {string} step what was being done
 * @param {string} output what the program printed
 * @returns {Error}
 */
export function diagnose(step, output) {
  const cause = causes.find(({ pattern }) => pattern.test(output));
  const tail = output.trim().split('\n').slice(-12).join('\n');
  if (cause)
    return new MissingPrerequisite(`${cause.message} (while setting up: ${step})\n${tail}`, cause.mend);
  return new Error(`${step} failed:\n${tail}`);
}
