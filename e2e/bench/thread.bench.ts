// A 5,000-line Markdown answer streamed into the thread: the longest main-thread tasks and what it adds to the heap.
// The page, the door and the files are real; the tokens come from here, through the page's own socket.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page, type WebSocketRoute } from '@playwright/test';
import { ulid } from 'ulid';
import { findBrowser } from '../../server/bootstrap/browser.mjs';
import { startDaemon } from '../daemon.ts';

const LINES = 5000;
/** Tokens a second; the bar is 100, so each second here holds ten of its. */
const RATE = 1000;
/** Milliseconds between deltas, as the daemon sends them. */
const TICK = 30;
/** Characters of a token, about. */
const TOKEN = 4;
/** Lines after which code is compiled, grammars are loaded, and the measurement begins. */
const WARM_UP = 500;

const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
const daemon = await startDaemon({ home });
const executablePath = findBrowser();
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc'],
});
try {
  await measure();
} finally {
  await browser.close();
  await daemon.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // Each visit opens a socket of its own; the last one counts.
  let socket = Promise.withResolvers<WebSocketRoute>();
  await page.routeWebSocket('**/socket.io/**', (route) => {
    route.connectToServer();
    socket.resolve(route);
  });
  const text = answerText();
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${(TOKEN * RATE * TICK) / 1000}}`, 'g')) ?? [];
  /** Pieces that left so far. */
  let gone = 0;
  const { conversation, answer, fulfil } = runningAnswer(page, (after) => ({
    seq: gone,
    text: pieces.slice(after, gone).join(''),
  }));
  await page.goto(daemon.link);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await fulfil();
  socket = Promise.withResolvers();
  await page.goto(`${daemon.url}/chat?id=${conversation}`);
  await page.getByRole('article', { name: 'Answer' }).waitFor();
  const route = await socket.promise;
  await page.getByRole('status').filter({ hasText: 'answering' }).waitFor();
  const warm = text.split('\n', WARM_UP).join('\n').length;
  let sent = 0;
  let before = 0;
  const started = performance.now();
  for (const [index, piece] of pieces.entries()) {
    sent += piece.length;
    gone = index + 1;
    const delta = [answer, gone, piece, Math.ceil(sent / TOKEN)];
    route.send(`42${JSON.stringify(['chat.delta', delta])}`);
    if (before === 0 && sent > warm) {
      before = await heap(page);
      await browser.startTracing(page, { categories: ['-*', 'toplevel', '__metadata'] });
    }
    const wait = started + (index + 1) * TICK - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  // Asked of the last block alone: a search through the whole page would be the longest task of all.
  await page.waitForFunction(
    (end) => document.querySelector('.md')?.lastElementChild?.textContent === end,
    last,
  );
  const seconds = (performance.now() - started) / 1000;
  const tasks = mainThreadTasks(await browser.stopTracing());
  const after = await heap(page);
  report('lines, characters', `${LINES}, ${text.length}`);
  report('tokens a second', (sent / TOKEN / seconds).toFixed(0), '>= 100');
  report('longest main-thread task, CPU', `${longest(tasks, 'tdur')} ms`, '<= 50 ms');
  report('the same by the clock, others included', `${longest(tasks, 'dur')} ms`);
  report('heap growth', `${((after - before) / 1e6).toFixed(1)} MB`, '< 150 MB');
}

/** Makes the daemon's answers say that a message is being written; returns what starts the pretence. */
function runningAnswer(page: Page, missed: (after: number) => { seq: number; text: string }) {
  const [conversation, question, answer] = [ulid(), ulid(), ulid()];
  const base = {
    conversation_id: conversation,
    finish_reason: null,
    usage: null,
    timings: null,
    model: { id: 'guide', name: 'Guide', quantization: null, hash: null },
    parameters: null,
    dropped: null,
    error: null,
    seed: null,
    seq: 0,
    interruptions: 0,
    created_at: Date.now(),
  };
  const user = {
    ...base,
    id: question,
    parent_id: null,
    role: 'user',
    text: 'Go.',
    status: 'complete',
    versions: [question],
  };
  const running = {
    ...base,
    id: answer,
    parent_id: question,
    role: 'assistant',
    text: '',
    status: 'running',
    versions: [answer],
  };
  const view = {
    conversation: {
      id: conversation,
      title: 'Bench',
      title_source: 'user',
      model_id: null,
      system_prompt: '',
      parameters: {},
      active_leaf_id: answer,
      pinned: false,
      created_at: Date.now(),
      updated_at: Date.now(),
    },
    messages: [user, running],
    before: null,
  };
  const fulfil = async () => {
    await page.route(`**/api/chat/conversations/${conversation}?*`, (route) => route.fulfill({ json: view }));
    await page.route(`**/api/chat/messages/${answer}/live?*`, (route) => {
      const after = Number(new URL(route.request().url()).searchParams.get('after'));
      return route.fulfill({
        json: { message: running, ...missed(after), state: { phase: 'answering' } },
      });
    });
  };
  return { conversation, answer, fulfil };
}

interface Task {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds by the clock, and of this thread's CPU: a busy machine lengthens the first only. */
  dur: number;
  tdur: number;
}

/** What ran on the page's main thread between two turns of its event loop. */
function mainThreadTasks(trace: Buffer): Task[] {
  const { traceEvents } = JSON.parse(trace.toString()) as {
    traceEvents: (Task & { args: { name?: string } })[];
  };
  const main = traceEvents.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  return traceEvents.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && pid === main?.pid && tid === main.tid,
  );
}

function longest(tasks: Task[], by: 'dur' | 'tdur'): string {
  return (Math.max(0, ...tasks.map((task) => task[by] ?? 0)) / 1000).toFixed(0);
}

/** Bytes of JavaScript in use after a collection. */
async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** Headings, paragraphs, lists, tables, and fences of 8 and of 300 lines. */
function answerText(): string {
  const lines: string[] = [];
  for (let section = 1; lines.length < LINES; section += 1) {
    lines.push(
      `## Section ${section}`,
      '',
      `A paragraph with \`code\`, **weight**, a [link](https://example.com/${section}) and words that go on for about as long as a line does.`,
      '',
    );
    for (let item = 1; item <= 6; item += 1)
      lines.push(`- item ${item} of section ${section}, with *emphasis*`);
    lines.push('', '| name | size | rate |', '| :-- | --: | --: |');
    for (let row = 1; row <= 5; row += 1)
      lines.push(`| row ${row} | ${row * section} GB | ${row}.${section} |`);
    lines.push('', '```ts');
    const length = section % 20 === 0 ? 300 : 8;
    for (let line = 1; line <= length; line += 1)
      lines.push(
        `  const value${line} = await read('file-${line}.ts', { section: ${section} }) // line ${line}`,
      );
    lines.push('```', '');
  }
  return `${lines.slice(0, LINES).join('\n')}\n\nThe end of the answer.\n`;
}

function report(name: string, value: string, bar = ''): void {
  console.log(`${name.padEnd(44)} ${value.padStart(16)}   ${bar}`.trimEnd());
}
