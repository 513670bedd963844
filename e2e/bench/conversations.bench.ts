// 10,000 conversations with 200,000 messages: how fast the list, one conversation and the daemon are then.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import { openDatabase } from '../../db/client.ts';
import { type Daemon, startDaemon } from '../daemon.ts';
import { signInTo } from '../signed-in.ts';

const CONVERSATIONS = 10_000;
const MESSAGES_EACH = 20;
const ROUNDS = 25;
const WORDS = 'the model streams an answer while tokens arrive and the journal keeps every one of them'.split(
  ' ',
);

const newId = monotonicFactory();
const home = mkdtempSync(join(tmpdir(), 'mlx-code-bench-'));
try {
  const leafs = fill(join(home, 'mlx-code.sqlite'));
  const clean = await timed(() => startDaemon({ home }));
  const daemon = clean.result;
  try {
    await measure(daemon, leafs);
    await daemon.kill();
    const restart = await timed(() => daemon.restart());
    report('daemon ready after kill -9 (with its check of the file)', restart.ms, 2000);
  } finally {
    await daemon.kill('SIGTERM');
  }
  report('daemon ready after a clean exit', clean.ms, 2000);
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function measure(daemon: Daemon, conversations: string[]): Promise<void> {
  const { call: get } = await signInTo(daemon);
  const first = await medianOf(() => get('/api/chat/conversations'));
  report('list, first page of 60', first, 50);
  let cursor = '';
  for (let page = 0; page < 40; page += 1) {
    const answer = await get(`/api/chat/conversations?limit=200${cursor && `&cursor=${cursor}`}`);
    cursor = answer.next_cursor;
  }
  report(
    'list, page 41 of 200',
    await medianOf(() => get(`/api/chat/conversations?limit=200&cursor=${cursor}`)),
    50,
  );
  const pick = () => conversations[Math.floor(Math.random() * conversations.length)];
  report('open one conversation', await medianOf(() => get(`/api/chat/conversations/${pick()}`)), 100);
  const ids = conversations.slice(0, 1000);
  const removed = await timed(() => get('/api/chat/conversations/delete', { ids }));
  report('delete 1,000 conversations', removed.ms, 1000);
}

/** Fills the database; ids of the conversations. */
function fill(path: string): string[] {
  const database = openDatabase(path);
  const client = database.user.$client;
  const conversation = client.prepare(
    'insert into conversations (id, title, pinned, active_leaf_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?)',
  );
  const message = client.prepare(
    "insert into messages (id, conversation_id, parent_id, role, text, status, seq, created_at, updated_at) values (?, ?, ?, ?, ?, 'complete', 0, ?, ?)",
  );
  const ids: string[] = [];
  const write = client.transaction((from: number) => {
    for (let index = from; index < from + 500; index += 1) {
      const at = 1_700_000_000_000 + index * 1000;
      const messages = Array.from({ length: MESSAGES_EACH }, () => newId());
      const id = newId();
      conversation.run(id, `Conversation ${index}`, index % 500 === 0 ? 1 : 0, messages.at(-1), at, at);
      messages.forEach((one, place) => {
        const role = place % 2 === 0 ? 'user' : 'assistant';
        message.run(one, id, messages[place - 1] ?? null, role, text(role === 'user' ? 20 : 150), at, at);
      });
      ids.push(id);
    }
  });
  for (let from = 0; from < CONVERSATIONS; from += 500) write(from);
  database.close();
  const megabytes = statSync(path).size / 2 ** 20;
  console.log(
    `${CONVERSATIONS} conversations, ${CONVERSATIONS * MESSAGES_EACH} messages, ${megabytes.toFixed(0)} MB`,
  );
  return ids;
}

function text(words: number): string {
  return Array.from({ length: words }, (_, index) => WORDS[(index * 7 + words) % WORDS.length]).join(' ');
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push((await timed(work)).ms);
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

function report(what: string, ms: number, bar: number): void {
  console.log(`${what.padEnd(58)} ${ms.toFixed(1).padStart(8)} ms   (bar ${bar} ms)`);
}
