import { type ChildProcess, type SpawnOptions as NodeSpawnOptions, spawn } from 'node:child_process';
import { AppError } from './errors.ts';

export interface SpawnOptions {
  /** A program; never a shell line. */
  command: string;
  args?: string[];
  /** The whole environment of the child. Start from `config.inherited` or from nothing. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
  /** `pipe` stays open until the caller ends it; a string is written and ended. */
  stdin?: 'pipe' | 'ignore' | { text: string };
  stdout?: 'pipe' | 'ignore';
  stderr?: 'pipe' | 'ignore';
  /** Ends the child when aborted. */
  signal?: AbortSignal;
  killSignal?: NodeJS.Signals;
  /** Its own process group, so that it outlives Ctrl+C in our terminal until we end it. */
  group?: boolean;
}

/**
 * The one place where child processes start: an argument list, no shell, no inherited variables or descriptors.
 * Errors: `error` is emitted on the child when the program is missing; NUL bytes throw invalid_request.
 */
export function spawnProcess(options: SpawnOptions): ChildProcess {
  const args = options.args ?? [];
  if ([options.command, ...args, ...Object.values(options.env)].some((part) => part.includes('\0'))) {
    throw new AppError(
      'invalid_request',
      'A program, its arguments and its environment cannot hold NUL bytes.',
    );
  }
  const stdin = options.stdin ?? 'ignore';
  const settings: NodeSpawnOptions = {
    shell: false,
    // Next's types ask every environment for NODE_ENV; a child is given just what the caller says.
    env: Object.assign(Object.create(null), options.env),
    stdio: [stdin === 'ignore' ? 'ignore' : 'pipe', options.stdout ?? 'pipe', options.stderr ?? 'pipe'],
    windowsHide: true,
    cwd: options.cwd,
    signal: options.signal,
    killSignal: options.killSignal,
    detached: options.group ?? false,
  };
  const child = spawn(options.command, args, settings);
  // A child that ends before it read everything breaks the pipe; its exit code tells the story.
  child.stdin?.on('error', () => undefined);
  if (typeof stdin === 'object') child.stdin?.end(stdin.text);
  return child;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface RunOptions extends SpawnOptions {
  /** Milliseconds until it is killed. */
  timeout: number;
  /** Bytes kept of each stream; the rest is dropped. */
  maxBytes?: number;
}

/**
 * Runs a program to its end and keeps what it printed.
 * Errors: unsupported when it cannot be started, timeout when it took longer than `timeout` ms.
 */
export async function runProcess(options: RunOptions): Promise<RunResult> {
  const timeout = AbortSignal.timeout(options.timeout);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const child = spawnProcess({ ...options, signal, killSignal: 'SIGKILL' });
  const stdout = keep(child.stdout, options.maxBytes ?? 1_000_000);
  const stderr = keep(child.stderr, options.maxBytes ?? 1_000_000);
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  child.once('error', (cause) => {
    if (timeout.aborted) {
      reject(
        new AppError('timeout', `${options.command} took longer than ${options.timeout} ms.`, { cause }),
      );
    } else if (options.signal?.aborted) reject(options.signal.reason);
    else reject(new AppError('unsupported', `${options.command} cannot be started here.`, { cause }));
  });
  child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }));
  return promise;
}

function keep(stream: NodeJS.ReadableStream | null, maxBytes: number): () => string {
  const parts: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (part: Buffer) => {
    const room = maxBytes - bytes;
    if (room > 0) parts.push(part.subarray(0, room));
    bytes += part.length;
  });
  return () => Buffer.concat(parts).toString('utf8');
}
