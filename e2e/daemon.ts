import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real daemon with a home of its own, as `npm start` would run it. */
export interface Daemon {
  /** `http://127.0.0.1:PORT`; the port stays the same over restarts. */
  readonly url: string;
  /** The link last printed, with its one-time token. */
  readonly link: string;
  readonly home: string;
  readonly pid: number;
  /** Everything it printed, over all its starts. */
  readonly log: string;
  /** How the last process ended; null while it runs and after a signal that it did not handle. */
  readonly exitCode: number | null;
  /** Ends the process with a signal (SIGKILL unless told) and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and home, after ending it in order if it still runs. */
  restart(): Promise<void>;
}

interface Options {
  home: string;
  /** More flags for server/main.ts. */
  flags?: string[];
  env?: Record<string, string>;
}

const root = join(import.meta.dirname, '..');
const startLimitMs = 30_000;

/** Starts a daemon and waits for its link.
 * @throws with all that it printed, when it ends or is silent for 30 s before it listens */
export async function startDaemon({ home, flags = [], env = {} }: Options): Promise<Daemon> {
  let log = '';
  const launch = async (port: string): Promise<Running> => {
    const command = [join(root, 'server', 'main.ts'), '--port', port, '--home', home, '--no-open', ...flags];
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.on('data', (data) => (log += data));
    return { child, link: await waitForLink(child, (line) => (log += `${line}\n`)) };
  };
  let running = await launch('0').catch((error) => Promise.reject(withLog(error, log)));
  const { origin: url, port } = new URL(running.link);

  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };

  return {
    url,
    home,
    get link() {
      return running.link;
    },
    get pid() {
      return running.child.pid ?? 0;
    },
    get exitCode() {
      return running.child.exitCode;
    },
    get log() {
      return log;
    },
    kill,
    async restart() {
      await kill('SIGTERM');
      running = await launch(port).catch((error) => Promise.reject(withLog(error, log)));
    },
  };
}

interface Running {
  child: ChildProcess;
  link: string;
}

/** Reads lines until the one that a person would open. */
function waitForLink(child: ChildProcess, onLine: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the daemon printed no link within ${startLimitMs} ms`));
    }, startLimitMs);
    child.once('exit', (code, signal) => {
      clearTimeout(limit);
      reject(new Error(`the daemon ended with ${code ?? signal} before it listened`));
    });
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', (line) => {
      onLine(line);
      const link = /^Open {2}(http:\S+#token=\S+)$/.exec(line)?.[1];
      if (link === undefined) return;
      clearTimeout(limit);
      resolve(link);
    });
  });
}

function withLog(error: unknown, log: string): Error {
  return new Error(`${String(error)}\n${log}`, { cause: error });
}
