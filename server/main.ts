import { enableCompileCache } from 'node:module';
import './kernel/lean-imports.ts';
import { type Config, helpText, readConfig, wantsHelp } from './kernel/config.ts';
import { AppError } from './kernel/errors.ts';
import { inSmallHeap } from './kernel/small-heap.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const warn = (line: string) => void process.stderr.write(`${line}\n`);
// A terminal that was closed must not end the daemon by a broken pipe.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const STOP_LIMIT_MS = 10_000;

if (wantsHelp()) say(helpText());
else await run();

async function run(): Promise<void> {
  try {
    const config = readConfig();
    enableCompileCache(`${config.root}/.runtime/compile-cache`);
    await serve(config);
  } catch (error) {
    // A refusal is a sentence for the person; anything else is a fault, shown whole.
    if (error instanceof AppError) warn(error.message);
    else warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
}

async function serve(config: Config): Promise<void> {
  const daemon = await inSmallHeap(async () => {
    const { startDaemon } = await import('./daemon.ts');
    return startDaemon(config, warn);
  });
  let stopping = false;
  const stop = async (code: number) => {
    if (stopping) return;
    stopping = true;
    // What does not end in time is ended with the process; what was acknowledged is on the disk.
    setTimeout(() => process.exit(code), STOP_LIMIT_MS).unref();
    await daemon.stop();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  process.on('unhandledRejection', (error) =>
    daemon.log.error({ err: error }, 'a failure that nobody handled'),
  );
  process.on('uncaughtException', (error) => {
    daemon.log.error({ err: error }, 'a fault that leaves the daemon in an unknown state; it stops');
    void stop(1);
  });
  say(`Open  ${daemon.link}`);
  if (config.open) {
    const { openBrowser } = await import('./kernel/desktop.ts');
    await openBrowser(daemon.link, config, daemon.log);
  }
}
