// Decode speed from the engine to a browser's socket, against stream_generate in one Python process; the first
// token of a second request while one streams; cancel. Interleaved rounds, medians, on the built-in model.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';
import { ulid } from 'ulid';
import { readConfig } from '../../server/kernel/config.ts';
import { createLog } from '../../server/kernel/log.ts';
import type { EngineClient } from '../../server/worker/client.ts';
import { createEnginePool } from '../../server/worker/pool.ts';
import { Sampling } from '../../server/worker/protocol.ts';
import { type Daemon, startDaemon } from '../daemon.ts';
import { signInTo } from '../signed-in.ts';

const root = join(import.meta.dirname, '../..');
const model = join(root, 'python/guide/models/guide');
const ROUNDS = 20;
const QUESTIONS = ['How do I load a model?', 'What is MLX Code?', 'How do I export a conversation?'];

/** Hot enough that no end token comes for a long time; a decode step costs the same. */
const endless = (seed: number) => Sampling.parse({ temperature: 5, max_tokens: 1_500, seed });
const messages = [{ role: 'user' as const, content: QUESTIONS[0] ?? '' }];

interface Rate {
  tokens: number;
  seconds: number;
}

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
try {
  await wholePath();
  await steps();
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function wholePath(): Promise<void> {
  const baseline = startBaseline();
  const daemon = await startDaemon({ home });
  try {
    const ask = await openChat(daemon);
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const question = QUESTIONS[(round + QUESTIONS.length) % QUESTIONS.length] ?? '';
      // In turn first: whatever else the machine does then hits both alike.
      const pair =
        round % 2 === 0
          ? { ours: await ask(question), theirs: await baseline.ask(question) }
          : { theirs: await baseline.ask(question), ours: await ask(question) };
      if (round < 0) continue;
      ratios.push(perSecond(pair.ours) / perSecond(pair.theirs));
      rates.push(perSecond(pair.ours));
    }
    report('decode, whole path to a socket', `${median(rates).toFixed(0)} tok/s`);
    report('the same / stream_generate in process', median(ratios).toFixed(3), '>= 0.95');
  } finally {
    baseline.stop();
    await daemon.kill('SIGTERM');
  }
}

/** mlx_lm in a process of its own, with the same BLAS and threads as an engine. */
function startBaseline() {
  const preload = join(root, '.runtime/lib/libmlxcode_openblas.so');
  const child = spawn(join(root, '.venv/bin/python'), [join(root, 'python/bench/baseline.py'), model], {
    env: {
      ...process.env,
      OPENBLAS_NUM_THREADS: '1',
      ...(process.platform === 'linux' ? { LD_PRELOAD: preload } : {}),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question: string): Promise<Rate> {
      const messages = [{ role: 'user', content: question }];
      child.stdin.write(`${JSON.stringify({ messages, max_tokens: 400 })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the baseline ended');
      return JSON.parse(value);
    },
    stop: () => child.kill(),
  };
}

/** Asks as a browser does: HTTP for the send, socket.io for the answer. */
async function openChat(daemon: Daemon): Promise<(question: string) => Promise<Rate>> {
  const { origin, call, extraHeaders } = await signInTo(daemon);
  return async (question) => {
    const conversation = await call('/api/chat/conversations', {
      parameters: { temperature: 0, max_tokens: 400 },
    });
    const socket = io(origin, { transports: ['websocket'], extraHeaders, forceNew: true });
    await new Promise((resolve) => socket.emit('subscribe', `conversation:${conversation.id}`, resolve));
    const { promise, resolve } = Promise.withResolvers<Rate>();
    let first: { at: number; tokens: number } | null = null;
    let last = { at: 0, tokens: 0 };
    socket.on('chat.delta', ([, , , tokens]: [string, number, string, number]) => {
      last = { at: performance.now(), tokens };
      first ??= last;
    });
    socket.on('chat.message', (message: { role: string; status: string }) => {
      if (message.role !== 'assistant' || message.status !== 'complete' || !first) return;
      resolve({ tokens: last.tokens - first.tokens + 1, seconds: (last.at - first.at) / 1_000 });
    });
    await call(`/api/chat/conversations/${conversation.id}/messages`, { text: question, request_id: ulid() });
    const rate = await promise;
    socket.close();
    return rate;
  };
}

/** First token and cancel, in decode steps of the row that streams meanwhile. */
async function steps(): Promise<void> {
  const config = readConfig({ args: ['--home', join(home, 'steps')] });
  const pool = createEnginePool({ config, log: createLog({ level: 'warn' }) });
  try {
    const { client } = await pool.acquire({ id: 'guide', path: model, memoryBytes: null });
    await firstToken(client, 0);
    const over: number[] = [];
    const cancels: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const idle = await firstToken(client, round);
      const background = await streamInBackground(client, `background-${round}`);
      const busy = await firstToken(client, round);
      over.push((busy - idle) / background.stepMs());
      await background.end();
      cancels.push(await cancelSteps(client, round));
    }
    report('first token while another streams, over idle', `${median(over).toFixed(2)} steps`, '<= 2');
    report('cancel', `${median(cancels)} steps`, '<= 2');
  } finally {
    await pool.close();
  }
}

/** Milliseconds from the frame to the first token. */
async function firstToken(client: EngineClient, round: number): Promise<number> {
  const start = performance.now();
  const events = client.generate({
    row: `first-${round}-${start}`,
    messages,
    sampling: Sampling.parse({ max_tokens: 1 }),
  });
  let taken = 0;
  for await (const event of events) if (event.type === 'tokens') taken ||= performance.now() - start;
  return taken;
}

async function streamInBackground(client: EngineClient, row: string) {
  const times: number[] = [];
  const { promise: streaming, resolve: started } = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const event of client.generate({ row, messages, sampling: endless(times.length) })) {
      if (event.type === 'tokens') times.push(performance.now());
      if (times.length === 10) started();
    }
    started();
  })();
  await streaming;
  return {
    stepMs: () => median(times.slice(1).map((time, index) => time - (times[index] ?? time))),
    async end() {
      client.cancel(row);
      await reading;
    },
  };
}

/** Decode steps that ran after the one at which the cancel was sent. */
async function cancelSteps(client: EngineClient, round: number): Promise<number> {
  const row = `cancel-${round}`;
  let at = 0;
  let last = 0;
  let tokens = 0;
  for await (const event of client.generate({ row, messages, sampling: endless(round) })) {
    if (event.type !== 'tokens') continue;
    last = event.step;
    tokens += event.tokenIds.length;
    if (tokens >= 10 && at === 0) {
      at = event.step;
      client.cancel(row);
    }
  }
  return last - at;
}

function perSecond({ tokens, seconds }: Rate): number {
  return (tokens - 1) / seconds;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(what: string, value: string, bar = ''): void {
  console.log(`${what.padEnd(58)} ${value.padStart(12)}${bar && `   (bar ${bar})`}`);
}
