import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import { spawnProcess } from '#server/kernel/spawn.ts';
import { type ClientOwner, createEngineClient, type EngineClient } from './client.ts';
import type { EngineListener } from './listener.ts';
import { type RankPlan, type RankWatch, watchRanks } from './ranks.ts';
import { PROGRESS_LIMITS, type ProgressLimits, type ProgressWatch, watchProgress } from './progress-watch.ts';

export type EngineRole = 'decode' | 'embed';

/** How engine processes are started. Paths are absolute. */
export interface EngineProgram {
  python: string;
  /** The folder that holds the package `mlx_worker`. */
  folder: string;
  /** Preloaded on Linux: MLX's own BLAS is 40 times slower (engine.md). Null where there is none. */
  preload: string | null;
  /** Each engine gets a folder of its own in here: MLX's kernel cache is predictable and unlocked. */
  temporary: string;
  /** What engines inherit: PATH, HOME, LANG. */
  environment: Readonly<Record<string, string>>;
}

/** How an engine's process ended. `reason` completes the sentence "The engine ...". */
export interface EngineExit {
  reason: string;
  /** True when we ended it. */
  expected: boolean;
  lastLines: string[];
}

/** One engine process that has introduced itself. */
export interface Engine {
  pid: number;
  /** All its processes on this machine: several when it runs over ranks. */
  pids(): number[];
  role: EngineRole;
  client: EngineClient;
  /** Resolves at the process's death, when everything in progress fails with this error. */
  died: Promise<AppError>;
  /** Resolves when its last lines are read, too; never rejects. */
  exit: Promise<EngineExit>;
  /** While true, load progress is expected. */
  setLoading(loading: boolean): void;
  /** Called when rows start or end. */
  onRows(listener: () => void): void;
  /** Ends the process; what is in progress fails with `error`. Resolves when it is gone. */
  end(error?: AppError): Promise<EngineExit>;
}

export interface LaunchOptions {
  program: EngineProgram;
  listener: EngineListener;
  log: Log;
  role: EngineRole;
  /** Over several processes, rank 0 being the one that connects. */
  ranks?: RankPlan;
  limits?: Partial<ProgressLimits>;
  helloLimitMs?: number;
}

type Child = ReturnType<typeof spawnProcess>;

const HELLO_LIMIT_MS = 30_000;
const KEPT_LINES = 12;
/** An engine whose stdin closed exits at once; one that does not is killed. */
const END_GRACE_MS = 1_000;
/** Without its socket an engine is of no use, whatever its process still does. */
const EXIT_FOLLOWS_MS = 100;
/** A stderr that something else holds open must not hold up the news of a death. */
const LAST_LINES_MS = 200;

let launches = 0;

/** Spawns an engine and waits for its hello frame. Errors: engine_unavailable, with its last words. */
export async function launchEngine(options: LaunchOptions): Promise<Engine> {
  const life = beginLife(options);
  const { promise: introduced, resolve: introduce } = Promise.withResolvers<ClientOwner>();
  const watch = watchProgress({
    limits: { ...PROGRESS_LIMITS, ...options.limits },
    stalled: (reason) => life.kill(reason),
  });
  const expectation = options.listener.expect((hello, connection) => {
    const owner = createEngineClient({
      hello,
      connection,
      onRows: () => life.rowsChanged(owner.client, watch),
      onUnexpected: (frame) =>
        options.log.debug({ frame: frame.type }, 'an engine frame that nobody waits for'),
    });
    introduce(owner);
    return {
      receive(frame) {
        watch.observe(frame);
        owner.receive(frame);
      },
      ended: (error) => {
        if (error) life.kill(`broke the protocol: ${error.message}`);
        // A death closes the socket first; the exit, which says more, follows within milliseconds.
        else setTimeout(() => life.kill('closed its connection'), EXIT_FOLLOWS_MS).unref();
      },
    };
  });

  life.spawn(expectation.token);
  const timer = setTimeout(
    () => life.kill('did not start in time'),
    options.helloLimitMs ?? HELLO_LIMIT_MS,
  ).unref();
  const first = await Promise.race([introduced, life.exit]);
  clearTimeout(timer);
  expectation.forget();
  if ('reason' in first) throw startFailure(first);

  const { client } = first;
  void endWith(life.died, (error) => {
    watch.stop();
    first.end(error);
  });
  return {
    pid: client.hello.pid,
    pids: () => life.pids() ?? [client.hello.pid],
    role: options.role,
    client,
    died: life.died,
    exit: life.exit,
    setLoading: watch.setLoading,
    onRows: life.onRows,
    end: life.end,
  };
}

async function endWith(death: Promise<AppError>, act: (error: AppError) => void): Promise<void> {
  act(await death);
}

/** The process of one engine, from spawn to exit. */
function beginLife(options: LaunchOptions) {
  const { program, log } = options;
  launches += 1;
  const temporary = join(program.temporary, `${process.pid}-${launches}`);
  const died = Promise.withResolvers<AppError>();
  const exit = Promise.withResolvers<EngineExit>();
  const listeners: (() => void)[] = [];
  let child: Child | null = null;
  let ranks: RankWatch | null = null;
  let problem: string | null = null;
  let endError: AppError | null = null;
  let gone = false;

  const kill = (reason: string) => {
    if (gone || endError) return;
    problem ??= reason;
    // The launcher of ranks kills them all, also those that are stopped and those of other machines.
    if (ranks) finish();
    else child?.kill('SIGKILL');
  };

  const finish = () => {
    child?.stdin?.end();
    const timer = setTimeout(() => child?.kill('SIGKILL'), END_GRACE_MS);
    void endWith(died.promise, () => clearTimeout(timer));
  };

  const bury = async (reason: string, lines: LastLines | null) => {
    if (gone) return;
    gone = true;
    const lost = await ranks?.ended;
    const told = lost ?? problem ?? reason;
    died.resolve(endError ?? new AppError('engine_unavailable', `The engine ${told}.`));
    const lastLines = (await lines?.complete()) ?? [];
    rmSync(temporary, { recursive: true, force: true });
    exit.resolve({ reason: told, expected: endError !== null, lastLines });
  };

  return {
    died: died.promise,
    exit: exit.promise,
    kill,
    spawn(token: string) {
      mkdirSync(temporary, { recursive: true, mode: 0o700 });
      const started = spawnProcess({
        command: program.python,
        args: ['-m', options.ranks ? 'mlx_worker.launch' : 'mlx_worker', '--socket', options.listener.path],
        cwd: program.folder,
        env: environmentOf(options, { temporary, token }),
        stdin: 'pipe',
        stdout: options.ranks ? 'pipe' : 'ignore',
        // Ctrl+C in the daemon's terminal must not reach engines before their answers are journaled.
        group: true,
      });
      child = started;
      if (options.ranks) ranks = watchRanks(started, options.ranks, log);
      const lines = keepLastLines(started, log);
      started.once('error', (error) => void bury(`could not be started: ${error.message}`, null));
      started.once('exit', (code, signal) => {
        void bury(signal ? `was ended by ${signal}` : `exited with code ${code}`, lines);
      });
    },
    pids: () => ranks?.pids(),
    onRows: (listener: () => void) => void listeners.push(listener),
    rowsChanged(client: EngineClient, watch: ProgressWatch) {
      watch.setRows(client.activeRows(), client.pausedRows());
      for (const notify of listeners) notify();
    },
    end(error = new AppError('engine_unavailable', 'The engine was ended.')) {
      if (!gone && !endError) {
        endError = error;
        finish();
      }
      return exit.promise;
    },
  };
}

function environmentOf(
  options: LaunchOptions,
  own: { temporary: string; token: string },
): Record<string, string> {
  const { program } = options;
  return {
    ...program.environment,
    ...(program.preload ? { LD_PRELOAD: program.preload } : {}),
    // Two are slower for the small products of decoding, and beside other work two wait for each other at every
    // product; embedding uses the cores by computing several batches at once.
    OPENBLAS_NUM_THREADS: '1',
    MLX_CODE_ENGINE_TOKEN: own.token,
    TMPDIR: own.temporary,
    PYTHONPATH: program.folder,
    PYTHONNOUSERSITE: '1',
    PYTHONUNBUFFERED: '1',
    TOKENIZERS_PARALLELISM: 'false',
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
  };
}

interface LastLines {
  complete(): Promise<string[]>;
}

function keepLastLines(child: Child, log: Log): LastLines {
  const { stderr } = child;
  if (!stderr) return { complete: async () => [] };
  const lines: string[] = [];
  const reader = createInterface({ input: stderr });
  const closed = new Promise<void>((resolve) => reader.once('close', resolve));
  reader.on('line', (line) => {
    lines.push(line.slice(0, 2_000));
    if (lines.length > KEPT_LINES) lines.shift();
    log.debug({ pid: child.pid, line }, 'engine');
  });
  return {
    async complete() {
      const timer = setTimeout(() => reader.close(), LAST_LINES_MS);
      await closed;
      clearTimeout(timer);
      return lines;
    },
  };
}

function startFailure(exit: EngineExit): AppError {
  const words = exit.lastLines.at(-1);
  return new AppError(
    'engine_unavailable',
    `The engine ${exit.reason} before it was ready.${words ? ` ${words}` : ''}`,
    {
      details: { last_lines: exit.lastLines },
    },
  );
}
