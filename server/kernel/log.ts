import { pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import { createLogRing, type LogRing } from './log-ring.ts';
import { neutralise, redact } from './redaction.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

interface LogMethod {
  (message: string): void;
  /** `fields` go into the line as JSON; `err` is written with its stack and causes. */
  (fields: Record<string, unknown>, message: string): void;
}

/** Lines to rotating files and to a ring buffer. Secrets are redacted, newlines and escapes neutralised. */
export interface Log {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  /** A log whose lines carry `room` and whatever else. */
  child(bindings: Record<string, unknown>): Log;
  /** The last lines, for the logs room. */
  ring: LogRing;
}

export interface OpenLog extends Log {
  /** Writes what is buffered; nothing can be logged afterwards. */
  close(): Promise<void>;
}

interface LogOptions {
  /** Where the files go; none are written without it. */
  folder?: string;
  level: LogLevel;
  /** One short line for the terminal. */
  print?: (line: string) => void;
}

/** One file of 5 MB and the five before it. */
export function createLog({ folder, level, print }: LogOptions): OpenLog {
  const ring = createLogRing(5000);
  const file = folder === undefined ? undefined : openFile(folder, print);
  const destination = {
    write(line: string) {
      file?.write(line);
      const entry = ring.add(line);
      if (print && (entry.level === 'warn' || entry.level === 'error'))
        print(`${entry.level}: ${entry.message}`);
    },
  };
  const root = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${Date.now()}`,
      formatters: { level: (label) => ({ level: label }) },
      errorKey: 'err',
      hooks: { streamWrite: (line) => `${redact(neutralise(line.trimEnd()))}\n` },
    },
    destination,
  );
  return { ...wrap(root, ring), close: () => closeFile(file) };
}

function wrap(logger: pino.Logger, ring: LogRing): Log {
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    child: (bindings) => wrap(logger.child(bindings), ring),
    ring,
  };
}

type RotatingFile = ReturnType<typeof createStream>;

function openFile(folder: string, print: LogOptions['print']): RotatingFile {
  const file = createStream('mlx-code.log', {
    path: folder,
    size: '5M',
    rotate: 5,
    mode: 0o600,
  });
  // A log that cannot be written (disk full) must not end the daemon; the ring goes on.
  let told = false;
  file.on('error', (error) => {
    if (!told) print?.(`warn: the log file cannot be written: ${error.message}`);
    told = true;
  });
  return file;
}

async function closeFile(file: RotatingFile | undefined): Promise<void> {
  if (!file || file.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  file.once('error', () => resolve());
  file.end(() => resolve());
  await promise;
}
