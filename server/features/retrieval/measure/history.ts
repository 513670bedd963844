import { AppError } from '#server/kernel/errors.ts';
import { runProcess } from '#server/kernel/spawn.ts';

/** A commit as a question: what it says, and the files it changed. */
export interface Commit {
  message: string;
  paths: string[];
}

const LOG_MS = 30_000;
const LOG_BYTES = 64 * 2 ** 20;
const MOST_READ = 5000;
const MOST_FILES = 10;
const FEWEST_WORDS = 4;
/** Begins each commit; no message and no path holds it. */
const MARK = '\u0001';
const FORMAT = `--format=${MARK}%an%x02%B%x02`;
const MACHINE = /\[bot\]|dependabot|renovate|github-actions/i;
const NO_QUESTION = /^(merge|revert|bump|release|version)\b|^v?\d+\.\d+/i;

/**
 * The newest commits that can be asked for: no merges, reverts, version bumps or commits of programs, at most ten
 * files, at least four words. Errors: unsupported without git or outside a repository, timeout.
 */
export async function readHistory(
  root: string,
  { env, signal }: { env: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<Commit[]> {
  const { code, stdout, stderr } = await runProcess({
    command: 'git',
    args: [
      ...['-C', root, '-c', 'core.quotePath=false', 'log', '--no-merges', `--max-count=${MOST_READ}`],
      ...['--relative', '--name-only', '-z', '--diff-filter=AM', FORMAT, '--', '.'],
    ],
    // Nothing in the repository's or the person's settings may start another program.
    env: { ...env, GIT_CONFIG_NOSYSTEM: '1', GIT_OPTIONAL_LOCKS: '0', GIT_PAGER: 'cat' },
    timeout: LOG_MS,
    maxBytes: LOG_BYTES,
    signal,
  });
  if (code !== 0) {
    const reason = stderr.trim().split('\n')[0] ?? '';
    throw new AppError(
      'unsupported',
      `The history of this folder cannot be read: ${reason || 'git failed'}.`,
    );
  }
  return stdout
    .split(MARK)
    .slice(1)
    .map(readCommit)
    .filter((commit) => commit !== undefined);
}

function readCommit(text: string): Commit | undefined {
  const [author = '', body = '', files = ''] = text.split('\u0002');
  const [subject = ''] = body.trim().split('\n');
  const message = withoutTrailers(body);
  const paths = files.split(/[\0\n]/).filter((path) => path !== '');
  if (MACHINE.test(author) || NO_QUESTION.test(subject)) return undefined;
  if (message.split(/\s+/).length < FEWEST_WORDS) return undefined;
  return paths.length === 0 || paths.length > MOST_FILES ? undefined : { message, paths };
}

/** What the person wrote, without `Signed-off-by:` and the like. */
function withoutTrailers(body: string): string {
  const lines = body.trim().split('\n');
  return lines
    .filter((line) => !/^[A-Z][\w-]+: \S/.test(line) || line === lines[0])
    .join('\n')
    .trim()
    .slice(0, 2000);
}
