// Bars of the engine that need a whole daemon, for python/bench/versus.py: prints one JSON line a figure.
//   node e2e/bench/daemon-sections.ts restart|unload [ROUNDS]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { ulid } from 'ulid';
import { type Daemon, startDaemon } from '../daemon.ts';
import { signInTo } from '../signed-in.ts';
import { median, report } from './figure.ts';

const MEGABYTE = 1_000_000;
const LIMIT_MS = 60_000;

interface Bench {
  daemon: Daemon;
  rounds: number;
  call(path: string, body?: object): Promise<any>;
  /** What a browser hears of one conversation. */
  hear(conversation: string): Promise<Heard>;
}

interface Heard {
  /** Completion tokens so far. */
  tokens(): number;
  /** When the first token came after the engine was restarted. */
  goesOn: Promise<number>;
  stop(): Promise<void>;
}

const sections: Record<string, (bench: Bench) => Promise<void>> = { restart, unload };

const [name = '', rounds = '5'] = process.argv.slice(2);
const section = sections[name];
if (!section) throw new Error(`There is no section ${name}; there are ${Object.keys(sections).join(', ')}.`);
const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
const daemon = await startDaemon({ home });
try {
  await section({ ...(await openBrowser(daemon)), daemon, rounds: Number(rounds) });
} finally {
  await daemon.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
}

/** kill -9 of the engine that writes, to the first token after the outage; held against a load of the model. */
async function restart({ daemon, call, hear, rounds }: Bench): Promise<void> {
  const loads: number[] = [];
  const outages: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await call('/api/models/unload', { model_id: 'guide' }).catch(() => undefined);
    await until(async () => engines(daemon).length === 1);
    const [spare = 0] = engines(daemon);
    await imported(spare);
    const asked = performance.now();
    await call('/api/models/load', { model_id: 'guide' });
    await until(async () => (await resident(call))?.state === 'ready', 2);
    loads.push(performance.now() - asked);
    await until(async () => engines(daemon).length === 2);
    await imported(engines(daemon).find((pid) => pid !== spare) ?? 0);
    const parameters = { temperature: 5, max_tokens: 3_000, seed: round };
    const { id } = await call('/api/chat/conversations', { parameters });
    const heard = await hear(id);
    await call(`/api/chat/conversations/${id}/messages`, { text: 'What is MLX Code?', request_id: ulid() });
    await until(async () => heard.tokens() > 40, 1);
    const killed = performance.now();
    process.kill(spare, 'SIGKILL');
    outages.push((await heard.goesOn) - killed);
    await heard.stop();
  }
  const load = median(loads);
  const outage = median(outages);
  report({
    name: 'engine killed, to the next token; less a load, in seconds',
    ours: `${outage.toFixed(0)} ms`,
    theirs: `load ${load.toFixed(0)} ms`,
    value: (outage - load) / 1_000,
    bar: 2,
    side: 'at most',
  });
}

/** What a load and an unload leave behind in the daemon, and whether the process is gone when it says so. */
async function unload({ daemon, call, rounds }: Bench): Promise<void> {
  let left = 0;
  const once = async () => {
    const spares = engines(daemon);
    await call('/api/models/load', { model_id: 'guide' });
    await until(async () => (await resident(call))?.state === 'ready');
    const holder = engines(daemon).find((pid) => spares.includes(pid)) ?? 0;
    await until(async () => engines(daemon).length === 2);
    await call('/api/models/unload', { model_id: 'guide' });
    if (engines(daemon).includes(holder)) left += 1;
    await until(async () => engines(daemon).length === 1);
    return residentBytes(daemon.pid);
  };
  await until(async () => engines(daemon).length === 1);
  // The first rounds bring in what stays: compiled functions and a heap of the size that it needs.
  for (let round = 0; round < 4; round += 1) await once();
  const before = residentBytes(daemon.pid);
  const after: number[] = [];
  for (let round = 0; round < rounds; round += 1) after.push(await once());
  const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  report({
    name: 'unload: engine processes left',
    ours: `${left} of ${rounds + 4}`,
    theirs: '',
    value: left,
    bar: 0,
    side: 'at most',
  });
  report({
    name: 'unload: growth of the daemon, in MB',
    ours: megabytes(Math.min(...after)),
    theirs: `before ${megabytes(before)}`,
    value: (Math.min(...after) - before) / MEGABYTE,
    bar: 5,
    side: 'at most',
  });
}

async function openBrowser(daemon: Daemon): Promise<Pick<Bench, 'call' | 'hear'>> {
  const { origin, call, extraHeaders } = await signInTo(daemon);
  return {
    call,
    async hear(conversation) {
      const socket = io(origin, { transports: ['websocket'], extraHeaders, forceNew: true });
      await new Promise((resolve) => socket.emit('subscribe', `conversation:${conversation}`, resolve));
      let message = '';
      let heard = 0;
      let restarted = false;
      const { promise: goesOn, resolve } = Promise.withResolvers<number>();
      socket.on('chat.state', ({ state }: { state: { phase: string } }) => {
        restarted ||= state.phase === 'restarting';
      });
      socket.on('chat.delta', ([id, , , tokens]: [string, number, string, number]) => {
        message = id;
        heard = tokens;
        if (restarted) resolve(performance.now());
      });
      const stop = async () => {
        await call(`/api/chat/messages/${message}/stop`, {});
        socket.close();
      };
      return { tokens: () => heard, goesOn, stop };
    },
  };
}

async function resident(call: Bench['call']): Promise<{ state: string } | undefined> {
  const { resident } = await call('/api/models');
  return resident.find((one: { model_id: string }) => one.model_id === 'guide');
}

async function until(holds: () => Promise<boolean>, everyMs = 10): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error(`it did not come to hold: ${holds}`);
    await sleep(everyMs);
  }
}

/** Waits until a spare engine has its imports behind it: half a second without work. */
async function imported(pid: number): Promise<void> {
  const spent = () => readProc(pid, 'stat').split(') ').at(-1)?.split(' ').slice(11, 13).join();
  let before = '';
  await until(async () => {
    const now = spent() ?? '';
    const still = now === before;
    before = now;
    return still;
  }, 500);
}

/** Engine processes of the daemon, the spare among them. */
function engines(daemon: Daemon): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      const [state, parent] = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
      const isChild = Number(parent) === daemon.pid && state !== 'Z';
      return isChild && readProc(pid, 'cmdline').includes('mlx_worker');
    });
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1]) * 1024;
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
