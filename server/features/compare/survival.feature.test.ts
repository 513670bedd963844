import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guide, guideSmall, longQuestion as LONG } from '#server/worker/testing/engines.ts';
import { type Daemon, startDaemon } from '../../../e2e/daemon.ts';
import type { Arena, Comparison, PromptSet, Turn, Vote } from './contract.ts';

let home: string;
let daemon: Daemon;
let cookie: string;
let socket: Socket;
let contestants: { model_id: string; parameters: object }[];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mlx-code-compare-'));
  mkdirSync(join(home, 'models'), { mode: 0o700 });
  cpSync(guide.path, join(home, 'models', 'large'), { recursive: true });
  cpSync(guideSmall.path, join(home, 'models', 'small'), { recursive: true });
  daemon = await startDaemon({ home });
  cookie = await signIn();
  socket = listen();
  const { models } = await call<{ models: { id: string; path: string }[] }>('GET', '/models?rescan=1');
  contestants = ['large', 'small'].map((name, at) => ({
    model_id: models.find(({ path }) => path.endsWith(`models/${name}`))!.id,
    // The two say much the same in the same words; what is the same cannot be voted on.
    parameters: { max_tokens: 300 - 270 * at },
  }));
});
afterAll(async () => {
  socket.disconnect();
  await daemon.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

test('kill -9 of the daemon in the middle of a run costs no answer, and the run ends by itself', async () => {
  const run = await startRun([LONG, LONG, LONG]);
  await until(async () => (await open(run.id)).comparison.answered >= 1);
  const before = answersOf(await open(run.id)).filter(({ status }) => status === 'complete');
  await daemon.kill('SIGKILL');
  await daemon.restart();
  await until(async () => (await open(run.id)).comparison.status === 'idle');
  const { turns } = await open(run.id);
  const after = answersOf({ turns });
  expect(after.map(({ status }) => status)).toEqual(Array(6).fill('complete'));
  for (const answer of before)
    expect(after.find(({ id }) => id === answer.id)).toMatchObject({ text: answer.text });
  // The same prompt, greedily answered: the answer that was cut off says what the others of its model say.
  const shown = await Promise.all(turns.map(({ id }) => call<Turn>('POST', `/compare/turns/${id}/reveal`)));
  const byContestant = Map.groupBy(answersOf({ turns: shown }), (answer) => answer.contestant_id);
  for (const answers of byContestant.values()) expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
});

test('an answer that somebody waits for goes on after kill -9 of the daemon', async () => {
  const body = { contestants, prompt: LONG, blind: false };
  const first = await comparisonOf(body);
  const whole = await until(async () => ended(await open(first.id)));
  const { id } = await call<Comparison>('POST', '/compare/comparisons', body);
  await until(async () =>
    answersOf(await open(id)).some(({ status, text }) => status === 'running' && text !== ''),
  );
  await daemon.kill('SIGKILL');
  await daemon.restart();
  const again = await until(async () => ended(await open(id)));
  expect(textsOf(again)).toEqual(textsOf(whole));
});

test('a vote that was answered is there after kill -9, and the ranking with it', async () => {
  const run = await startRun(Array.from({ length: 4 }, (_, at) => `How do I load model number ${at}?`));
  await until(async () => (await open(run.id)).comparison.status === 'idle');
  const judgeable = (await open(run.id)).turns.filter(({ open_pairs: pairs }) => pairs.length > 0);
  expect(judgeable.length).toBeGreaterThan(0);
  const kept: string[] = [];
  for (const turn of judgeable) {
    const [first, second] = turn.open_pairs[0]!;
    const cast = {
      request_id: ulid(),
      first_answer_id: first,
      second_answer_id: second,
      outcome: 'first',
      took_ms: 5,
    };
    const { vote } = await call<{ vote: Vote }>('POST', '/compare/votes', cast);
    await daemon.kill('SIGKILL');
    kept.push(vote.id);
    await daemon.restart();
    expect((await open(run.id)).votes.map(({ id }) => id)).toEqual(expect.arrayContaining(kept));
  }
  expect((await call<Arena>('GET', `/compare/arena?comparison_id=${run.id}`)).votes).toBe(kept.length);
});

test('an answer goes on as an ordinary conversation of its model', async () => {
  const comparison = await comparisonOf({ contestants, prompt: 'Thank you', blind: false });
  const { turns } = await until(async () => ended(await open(comparison.id)));
  const [answer] = turns[0]!.answers;
  const { conversation_id } = await call<{ conversation_id: string }>(
    'POST',
    `/compare/answers/${answer!.id}/adopt`,
  );
  const kept = await call<{ conversation: { model_id: string }; messages: { role: string; text: string }[] }>(
    'GET',
    `/chat/conversations/${conversation_id}`,
  );
  const { model_id } = comparison.contestants.find(({ id }) => id === answer!.contestant_id)!;
  expect(kept.conversation.model_id).toBe(model_id);
  expect(kept.messages.map(({ role, text }) => [role, text])).toEqual([
    ['user', 'Thank you'],
    ['assistant', answer!.text],
  ]);
  const sent = { conversation_id, contestants, blind: false };
  const back = await call<Comparison>('POST', '/compare/comparisons', sent);
  expect((await open(back.id)).turns[0]!.prompt).toBe('Thank you');
  const set = await call<{ set: PromptSet }>('POST', '/compare/sets/from-conversations', {
    ...{ name: 'Past', conversation_ids: [conversation_id] },
  });
  expect(set.set.prompts).toBe(1);
});

interface Opened {
  comparison: Comparison;
  turns: Turn[];
  votes: Vote[];
}

async function open(id: string): Promise<Opened> {
  const topic = `comparison:${id}`;
  if (!topics.has(topic)) await socket.emitWithAck('subscribe', topic);
  topics.add(topic);
  return call<Opened>('GET', `/compare/comparisons/${id}`);
}

const comparisonOf = (body: object) => call<Comparison>('POST', '/compare/comparisons', body);
const answersOf = ({ turns }: Pick<Opened, 'turns'>) => turns.flatMap(({ answers }) => answers);
const ended = (opened: Opened) => (opened.comparison.status === 'idle' ? opened : undefined);

const textsOf = ({ comparison, turns }: Opened) =>
  comparison.contestants.map(
    ({ id }) => answersOf({ turns }).find((answer) => answer.contestant_id === id)!.text,
  );

async function startRun(prompts: string[]): Promise<Comparison> {
  const body = prompts.map((prompt) => JSON.stringify({ prompt })).join('\n');
  const { set } = await call<{ set: PromptSet }>('POST', '/compare/sets', {
    name: 'Mine',
    format: 'jsonl',
    body,
  });
  return call('POST', '/compare/runs', { set_id: set.id, contestants });
}

/** Looks, and looks again whenever the daemon tells of a change, until there is something. */
async function until<Found>(look: () => Promise<Found | undefined | false>): Promise<Found> {
  for (;;) {
    const changed = new Promise((resolve) => changes.push(resolve));
    const found = await look();
    if (found) return found;
    await changed;
  }
}

const changes: ((value: unknown) => void)[] = [];

/** A tab that listens, also to the daemon's next start. */
function listen(): Socket {
  const opened = io(daemon.url, {
    extraHeaders: { Cookie: cookie, Origin: daemon.url },
    reconnectionDelayMax: 200,
  });
  const tell = () => changes.splice(0).forEach((resolve) => resolve(undefined));
  opened.onAny(tell);
  opened.on('connect', () => {
    const subscribed = [...topics].map((topic) => opened.emitWithAck('subscribe', topic));
    // Where the daemon is gone again, the next connection subscribes.
    Promise.all(subscribed).then(tell, () => undefined);
  });
  return opened;
}

const topics = new Set(['compare', 'jobs']);

async function call<Reply>(method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${daemon.url}/api${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-MLX-Code': '1', Origin: daemon.url, Cookie: cookie },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(reply));
  return reply as Reply;
}

/** The cookie outlives the daemon. */
async function signIn(): Promise<string> {
  const token = new URLSearchParams(new URL(daemon.link).hash.slice(1)).get('token');
  const answer = await fetch(`${daemon.url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-MLX-Code': '1', Origin: daemon.url },
    body: JSON.stringify({ token }),
  });
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}
