// What a start costs: time until the daemon listens, its memory when idle, and the JavaScript of the first page.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Daemon, startDaemon } from '../daemon.ts';

const STARTS = 7;
const IDLE_SECONDS = 15;
const out = join(import.meta.dirname, '../../out');

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
try {
  await starts();
  await idleMemory();
  firstLoad();
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function starts(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round <= STARTS; round += 1) {
    const begin = performance.now();
    const daemon = await startDaemon({ home });
    if (round > 0) times.push(performance.now() - begin);
    await daemon.kill('SIGTERM');
  }
  const middle = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  report('daemon listening, median of 7 warm starts', `${middle.toFixed(0)} ms`, '<= 1500 ms with npm start');
}

async function idleMemory(): Promise<void> {
  const daemon = await startDaemon({ home });
  try {
    // A person would open the page once; then nothing happens.
    await fetch(daemon.url, { headers: { 'sec-fetch-site': 'none' } });
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
    report('daemon idle, resident memory', `${residentMegabytes(daemon)} MB`, '<= 150 MB');
  } finally {
    await daemon.kill('SIGTERM');
  }
}

function residentMegabytes(daemon: Daemon): string {
  if (process.platform !== 'linux') return '?';
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024).toFixed(0);
}

/** Every script that the page names before anything is clicked, as gzip sends it. */
function firstLoad(): void {
  for (const page of ['index.html', 'chat.html', 'models.html', 'settings.html']) {
    const html = readFileSync(join(out, page), 'utf8');
    const scripts = new Set(
      [...html.matchAll(/<script[^>]+src="([^"]+\.js)[^"]*"/g)].map((match) => match[1] ?? ''),
    );
    const modern = [...scripts].filter((path) => !new RegExp(`src="${path}[^>]*noModule`).test(html));
    const bytes = modern.reduce((sum, path) => sum + gzipSync(readFileSync(join(out, path))).length, 0);
    report(
      `first-load JS of ${page}, ${modern.length} files`,
      `${(bytes / 1000).toFixed(0)} kB`,
      '<= 230 kB',
    );
  }
}

function report(name: string, value: string, bar: string): void {
  console.log(`${name.padEnd(44)} ${value.padStart(10)}   bar ${bar}`);
}
