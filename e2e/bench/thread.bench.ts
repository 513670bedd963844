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
  const socket = Promise.withResolvers<WebSocketRoute>();
  await page.routeWebSocket('**/socket.io/**', (route) => {
    route.connectToServer();
    socket.resolve(route);
  });
  const { conversation, answer, fulfil } = await runningAnswer(page);
  await page.goto(daemon.link);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await fulfil();
  await page.goto(`${daemon.url}/chat?id=${conversation}`);
  await page.getByRole('article', { name: 'Answer' }).waitFor();
  await watchTasks(page);
  const route = await socket.promise;
  const text = answerText();
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${(TOKEN * RATE * TICK) / 1000}}`, 'g')) ?? [];
  const warm = text.split('\n', WARM_UP).join('\n').length;
  let sent = 0;
  let before = 0;
  const started = performance.now();
  for (const [index, piece] of pieces.entries()) {
    sent += piece.length;
    const delta = [answer, index + 1, piece, Math.ceil(sent / TOKEN)];
    route.send(`42${JSON.stringify(['chat.delta', delta])}`);
    if (before === 0 && sent > warm) before = await heap(page, true);
    const wait = started + (index + 1) * TICK - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  await page.getByText(last, { exact: true }).last().waitFor();
  const seconds = (performance.now() - started) / 1000;
  const after = await heap(page, false);
  const tasks = await longTasks(page);
  report('lines, characters', `${LINES}, ${text.length}`);
  report('tokens a second', (sent / TOKEN / seconds).toFixed(0), '>= 100');
  report('longest main-thread task after warm-up', `${Math.max(0, ...tasks).toFixed(0)} ms`, '<= 50 ms');
  report('tasks over 50 ms after warm-up', String(tasks.length), '0');
  report('heap growth', `${((after - before) / 1e6).toFixed(1)} MB`, '< 150 MB');
}

/** Makes the daemon's answers say that a message is being written; returns what starts the pretence. */
async function runningAnswer(page: Page) {
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
        json: { message: running, seq: after, text: '', state: { phase: 'answering' } },
      });
    });
  };
  return { conversation, answer, fulfil };
}

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map((entry) => entry.duration)),
    ).observe({ type: 'longtask' });
  });
}

async function longTasks(page: Page): Promise<number[]> {
  return await page.evaluate(() => Reflect.get(globalThis, 'tasks') as number[]);
}

/** Bytes in use after a collection. `restart`: tasks so far, this collection included, do not count. */
async function heap(page: Page, restart: boolean): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  if (restart) await page.evaluate(() => void (Reflect.get(globalThis, 'tasks') as number[]).splice(0));
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
