// A 5,000-line Markdown answer at 100 tokens a second: bytes on the socket, main-thread tasks and heap of the tab.
// The daemon and the browser are real; only the engine is scripted, so that length and rate are exact.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CDPSession, chromium, type Page } from '@playwright/test';
import { writeModelDirectory } from '../../server/features/models/testing/model-directory.ts';
import { type Daemon, startDaemon } from '../daemon.ts';

const LINES = 5_000;
const TOKENS = 20_000;
const RATE = 100;
const WARM_UP_SECONDS = 10;

interface WireBytes {
  total: number;
  tokens: number;
  /** Bytes received when so many tokens had come. */
  at: Map<number, number>;
}

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
try {
  const daemon = await startDaemon({ home, env: prepare(home) });
  try {
    await measure(daemon);
  } finally {
    await daemon.kill('SIGTERM');
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** A model directory whose engine is the script, and the environment that makes it so. */
function prepare(folder: string): Record<string, string> {
  writeModelDirectory(join(folder, 'models/scripted'), { contextWindow: 1_000_000 });
  const script = join(folder, 'script.md');
  writeFileSync(script, longAnswer());
  const python = join(folder, 'engine');
  const variables = `SCRIPT_FILE='${script}' SCRIPT_TOKENS=${TOKENS} SCRIPT_RATE=${RATE}`;
  const engine = join(import.meta.dirname, 'scripted-engine.ts');
  writeFileSync(python, `#!/bin/sh\n${variables} exec '${process.execPath}' '${engine}' "$@"\n`);
  chmodSync(python, 0o755);
  return { MLX_CODE_PYTHON: python };
}

/** Prose, lists, tables and code in turn, as long answers are. */
function longAnswer(): string {
  const lines: string[] = [];
  for (let part = 1; lines.length < LINES; part += 1) {
    lines.push(
      `## Part ${part}`,
      '',
      `A paragraph with **bold**, \`code\` and [a link](#${part}) in it.`,
      '',
    );
    lines.push('- first point', '- second point, a little longer than the first', '');
    lines.push('| name | value |', '| --- | --- |', `| part | ${part} |`, `| lines | ${lines.length} |`, '');
    lines.push(
      '```ts',
      ...Array.from({ length: 12 }, (_, row) => `const value${row} = compute(${part}, ${row});`),
    );
    lines.push('```', '');
  }
  return lines.slice(0, LINES).join('\n');
}

async function measure(daemon: Daemon): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.MLX_CODE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(watchTasks);
    const session = await page.context().newCDPSession(page);
    const bytes = await countBytes(session);
    await page.goto(daemon.link);
    await openConversation(page, daemon.url);
    await page.getByRole('textbox').first().fill('Write a long answer.');
    await page.keyboard.press('Enter');
    await reached(page, bytes, RATE * WARM_UP_SECONDS);
    const before = await heap(session);
    await page.evaluate(() => performance.clearMarks());
    const warm = await page.evaluate(() => performance.now());
    await reached(page, bytes, TOKENS);
    await page.getByText('tok/s').first().waitFor();
    const tasks = (await page.evaluate(() => Reflect.get(window, 'longTasks') as [number, number][])).filter(
      ([start]) => start > warm,
    );
    const after = await heap(session);
    report('socket bytes for 10,000 tokens', `${kilobytes(bytes.at.get(10_000))} kB`, '<= 1000 kB');
    report('twice the tokens / once', ratio(bytes.at.get(20_000), bytes.at.get(10_000)), '<= 2.1');
    report(
      'longest main-thread task after warm-up',
      `${Math.max(0, ...tasks.map(([, ms]) => ms)).toFixed(0)} ms`,
      '<= 50 ms',
    );
    report('tasks over 50 ms after warm-up', String(tasks.length), '0');
    report('heap growth', `${((after - before) / 1e6).toFixed(1)} MB`, '< 150 MB');
  } finally {
    await browser.close();
  }
}

/** Runs in the page. */
function watchTasks(): void {
  const tasks: [number, number][] = [];
  Reflect.set(window, 'longTasks', tasks);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) tasks.push([entry.startTime, entry.duration]);
  }).observe({ type: 'longtask', buffered: true });
}

async function countBytes(session: CDPSession): Promise<WireBytes> {
  const bytes: WireBytes = { total: 0, tokens: 0, at: new Map() };
  await session.send('Network.enable');
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    // A frame's header takes 2 bytes, 4 from 126 bytes on.
    const length = Buffer.byteLength(response.payloadData);
    bytes.total += length + (length < 126 ? 2 : 4);
    const found = /"chat\.delta",\[.*,(\d+)\]\]$/s.exec(response.payloadData);
    if (!found) return;
    bytes.tokens = Number(found[1]);
    for (const mark of [10_000, 20_000]) {
      if (bytes.tokens >= mark && !bytes.at.has(mark)) bytes.at.set(mark, bytes.total);
    }
  });
  return bytes;
}

async function openConversation(page: Page, url: string): Promise<void> {
  await page.getByRole('textbox').first().waitFor();
  const id = await page.evaluate(async () => {
    const body = JSON.stringify({ model_id: 'own:scripted', parameters: { max_tokens: 100_000 } });
    const headers = { 'content-type': 'application/json', 'x-mlx-code': '1' };
    const answer = await fetch('/api/chat/conversations', { method: 'POST', headers, body });
    const made: unknown = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(made));
    return String(Reflect.get(Object(made), 'id'));
  });
  await page.goto(`${url}/chat?id=${id}`);
  await page.getByRole('textbox').first().waitFor();
}

async function reached(page: Page, bytes: WireBytes, tokens: number): Promise<void> {
  const limit = performance.now() + (TOKENS / RATE) * 2000;
  while (bytes.tokens < tokens) {
    if (performance.now() > limit)
      throw new Error(`only ${bytes.tokens} of ${tokens} tokens arrived in time`);
    await page.waitForTimeout(100);
  }
}

/** Bytes of JavaScript heap in use, after a collection. */
async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? '?' : (bytes / 1000).toFixed(0);
}

function ratio(a: number | undefined, b: number | undefined): string {
  return a === undefined || b === undefined ? '?' : (a / b).toFixed(3);
}

function report(name: string, value: string, bar: string): void {
  console.log(`${name.padEnd(44)} ${value.padStart(10)}   bar ${bar}`);
}
