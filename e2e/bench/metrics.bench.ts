// What the metrics cost: decode speed with a browser that listens to them (ten samples a second) against
// the same without one. Paired rounds in turn, medians, on the built-in model. Besides the
// clock, the processor time that the engine itself took (Linux), which other work on the machine does not touch.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { ulid } from 'ulid';
import { type Daemon, startDaemon } from '../daemon.ts';
import { signInTo } from '../signed-in.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 20);
const TOKENS = 1_000;

interface Answer {
  /** Tokens per second, as the engine counts. */
  rate: number;
  /** Seconds of decoding. */
  seconds: number;
  /** Hundredths of a second of processor time, engines and daemon. */
  engine: number;
  daemon: number;
}

interface Browser {
  answer(seed: number): Promise<Answer>;
  /** A socket that hears every sample until it is closed. */
  listen(): Promise<{ samples(): number; bytes(): number; close(): void }>;
}

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
const daemon = await startDaemon({ home });
try {
  await compare(await openBrowser(daemon));
} finally {
  await daemon.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
}

async function compare(browser: Browser): Promise<void> {
  await browser.answer(0);
  const pairs: { heard: Answer; alone: Answer }[] = [];
  let samples = 0;
  let bytes = 0;
  const heard = async (seed: number) => {
    const listener = await browser.listen();
    const answer = await browser.answer(seed);
    samples += listener.samples();
    bytes += listener.bytes();
    listener.close();
    return answer;
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    // In turn first: whatever else the machine does then hits both alike.
    pairs.push(
      round % 2 === 0
        ? { alone: await browser.answer(round), heard: await heard(round) }
        : { heard: await heard(round), alone: await browser.answer(round) },
    );
  }
  const ratios = pairs.map(({ heard, alone }) => heard.rate / alone.rate);
  const seconds = pairs.reduce((sum, { heard }) => sum + heard.seconds, 0);
  const total = (of: (pair: (typeof pairs)[number]) => number) =>
    pairs.reduce((sum, pair) => sum + of(pair), 0);
  const engine = total(({ heard }) => heard.engine) / total(({ alone }) => alone.engine);
  const daemons = total(({ heard }) => heard.daemon) - total(({ alone }) => alone.daemon);
  report('decode, nobody listens', `${median(pairs.map(({ alone }) => alone.rate)).toFixed(0)} tok/s`);
  report('samples heard, per second of decoding', (samples / seconds).toFixed(1), 'about 10');
  report('a sample', `${(bytes / Math.max(1, samples)).toFixed(0)} bytes`);
  report('decode with a listener / without', median(ratios).toFixed(3), '>= 0.99');
  report('the same, middle half of the rounds', `${quantile(ratios, 0.25)} to ${quantile(ratios, 0.75)}`);
  report('processor time of the engine, with / without', engine.toFixed(3), '<= 1.01');
  report(
    'processor time of the daemon, a sample',
    `${((daemons * 10) / Math.max(1, samples)).toFixed(2)} ms`,
  );
}

async function openBrowser(daemon: Daemon): Promise<Browser> {
  const { origin, call, extraHeaders } = await signInTo(daemon);
  const subscribe = async (topic: string): Promise<Socket> => {
    const socket = io(origin, { transports: ['websocket'], extraHeaders, forceNew: true });
    await new Promise((resolve) => socket.emit('subscribe', topic, resolve));
    return socket;
  };

  return {
    async answer(seed) {
      const parameters = { temperature: 5, max_tokens: TOKENS, seed };
      const conversation = await call('/api/chat/conversations', { parameters });
      const socket = await subscribe(`conversation:${conversation.id}`);
      const { promise, resolve } = Promise.withResolvers<{ rate: number; seconds: number }>();
      socket.on(
        'chat.message',
        (message: {
          role: string;
          status: string;
          timings: { tokens_per_second: number; decode: number };
        }) => {
          if (message.role === 'assistant' && message.status === 'complete')
            resolve({ rate: message.timings.tokens_per_second, seconds: message.timings.decode });
        },
      );
      const text = 'What is MLX Code?';
      const before = processorTime(daemon.pid);
      await call(`/api/chat/conversations/${conversation.id}/messages`, { text, request_id: ulid() });
      const measured = await promise;
      socket.close();
      const after = processorTime(daemon.pid);
      return { ...measured, engine: after.engine - before.engine, daemon: after.daemon - before.daemon };
    },
    async listen() {
      const socket = await subscribe('metrics');
      let samples = 0;
      let bytes = 0;
      socket.on('metrics.sample', (sample: { running: number }) => {
        if (sample.running === 0) return;
        samples += 1;
        bytes += JSON.stringify(sample).length;
      });
      return { samples: () => samples, bytes: () => bytes, close: () => void socket.close() };
    },
  };
}

/** Hundredths of a second so far, of the daemon and of its children, the engines; zero where /proc is missing. */
function processorTime(daemonPid: number): { daemon: number; engine: number } {
  const spent = { daemon: 0, engine: 0 };
  if (process.platform !== 'linux') return spent;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = readStat(pid);
    const ticks = Number(fields[11]) + Number(fields[12]);
    if (Number(pid) === daemonPid) spent.daemon += ticks;
    else if (Number(fields[1]) === daemonPid) spent.engine += ticks;
  }
  return spent;
}

/** The fields of /proc/PID/stat from the state on; none of a process that has just ended. */
function readStat(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}

function quantile(values: number[], share: number): string {
  return (values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN).toFixed(3);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(what: string, value: string, bar = ''): void {
  console.log(`${what.padEnd(58)} ${value.padStart(16)}${bar && `   (bar ${bar})`}`);
}
