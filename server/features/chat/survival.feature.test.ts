import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../../../e2e/daemon.ts';
import { guide, longQuestion as LONG } from '#server/worker/testing/engines.ts';
import type { Conversation, ConversationView, Message } from './contract.ts';
import { requestId } from './testing/room.ts';

/** A tab: signed in, and listening to one conversation. */
interface Tab {
  call<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  listen(conversationId: string): Promise<Heard>;
  close(): void;
}

interface Heard {
  text: string;
  /** Tokens by length of the text shown so far. */
  tokensAt: Map<number, number>;
  /** Resolves when so many tokens were shown. */
  tokens(atLeast: number): Promise<void>;
  ended(id: string): Promise<Message>;
  /** The message once its replay is over. */
  replayed(id: string): Promise<Message>;
}

let home: string;
let daemon: Daemon;
let tab: Tab;
let modelId: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mlx-code-survival-'));
  mkdirSync(join(home, 'models'), { mode: 0o700 });
  cpSync(guide.path, join(home, 'models', 'mine'), { recursive: true });
  daemon = await startDaemon({ home });
  tab = await openTab(daemon);
  const { models } = await tab.call<{ models: { id: string; path: string }[] }>('GET', '/models?rescan=1');
  modelId = models.find((model) => model.path.endsWith('models/mine'))!.id;
});
afterAll(async () => {
  tab.close();
  await daemon.kill('SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

test('kill -9 of the daemon leaves an answer that goes on with one call, at most 20 tokens behind the view', async () => {
  const whole = await answerOf(tab, LONG);
  const { conversation, answer, heard } = await ask(tab, LONG);
  await heard.tokens(40);
  await daemon.kill('SIGKILL');
  tab.close();
  const seen = { text: heard.text, tokens: heard.tokensAt.get(heard.text.length)! };

  await daemon.restart();
  tab = await openTab(daemon);
  const found = await tab.call<ConversationView>('GET', `/chat/conversations/${conversation.id}`);
  const cut = found.messages[1]!;
  expect(cut).toMatchObject({ id: answer.id, status: 'interrupted', interruptions: 1 });
  expect(whole.text.startsWith(cut.text)).toBe(true);
  expect(seen.tokens - (heard.tokensAt.get(cut.text.length) ?? 0)).toBeLessThanOrEqual(20);

  const later = await tab.listen(conversation.id);
  await tab.call('POST', `/chat/messages/${answer.id}/continue`, {});
  expect(await later.ended(answer.id)).toMatchObject({ status: 'complete', text: whole.text });
});

test.runIf(process.platform === 'linux')(
  'a machine that loses its power in an answer goes on with the same tokens, from a data folder as it lay',
  async () => {
    const whole = await answerOf(tab, LONG, 'guide');
    const { conversation, answer, heard } = await ask(tab, LONG, { model: 'guide' });
    await heard.tokens(40);
    for (const pid of descendants(daemon.pid)) process.kill(pid, 'SIGKILL');
    await daemon.kill('SIGKILL');
    const lay = mkdtempSync(join(tmpdir(), 'mlx-code-power-'));
    cpSync(home, lay, { recursive: true, filter: (path) => !path.includes('/run') });
    tearLog(join(lay, 'mlx-code.sqlite-wal'));

    const next = await startDaemon({ home: lay });
    const later = await openTab(next);
    try {
      const found = await later.call<ConversationView>('GET', `/chat/conversations/${conversation.id}`);
      const cut = found.messages[1]!;
      expect(cut).toMatchObject({ id: answer.id, status: 'interrupted' });
      expect(cut.text.length).toBeLessThan(whole.text.length);
      expect(whole.text.startsWith(cut.text)).toBe(true);
      const again = await later.listen(conversation.id);
      await later.call('POST', `/chat/messages/${answer.id}/continue`, {});
      const ended = await again.ended(answer.id);
      expect(ended).toMatchObject({ text: whole.text, status: 'complete', interruptions: 1 });
      expect(ended.usage!.completion_tokens).toBe(whole.usage!.completion_tokens);
      await later.call('POST', `/chat/messages/${answer.id}/replay`);
      const { replay } = await again.replayed(answer.id);
      expect(replay).toMatchObject({ outcome: 'same' });
      expect(replay!.caveats).toEqual([expect.stringContaining('continued')]);
    } finally {
      later.close();
      await next.kill('SIGTERM');
      rmSync(lay, { recursive: true, force: true });
    }
    tab.close();
    await daemon.restart();
    tab = await openTab(daemon);
  },
);

test('closing the tab does not stop the answer, and two other tabs show the same', async () => {
  const whole = await answerOf(tab, LONG);
  const [one, two] = await Promise.all([openTab(daemon), openTab(daemon)]);
  const conversation = await begin(tab);
  const [left, right] = await Promise.all([one.listen(conversation.id), two.listen(conversation.id)]);
  const { answer, heard } = await ask(tab, LONG, { conversation });
  await heard.tokens(5);
  tab.close();
  tab = one;
  const [first, second] = await Promise.all([left.ended(answer.id), right.ended(answer.id)]);
  two.close();
  expect(first).toMatchObject({ text: whole.text, status: 'complete', finish_reason: whole.finish_reason });
  expect(second).toEqual(first);
  expect([left.text, right.text]).toEqual([whole.text, whole.text]);
});

function begin(from: Tab, model = modelId): Promise<Conversation> {
  const parameters = { max_tokens: 1000 };
  return from.call('POST', '/chat/conversations', { model_id: model, parameters });
}

async function ask(from: Tab, text: string, given: { conversation?: Conversation; model?: string } = {}) {
  const conversation = given.conversation ?? (await begin(from, given.model));
  const heard = await from.listen(conversation.id);
  const path = `/chat/conversations/${conversation.id}/messages`;
  const { answer } = await from.call<{ answer: Message }>('POST', path, { text, request_id: requestId() });
  return { conversation, answer, heard };
}

async function answerOf(from: Tab, text: string, model = modelId): Promise<Message> {
  const { answer, heard } = await ask(from, text, { model });
  return heard.ended(answer.id);
}

async function openTab({ link }: Daemon): Promise<Tab> {
  const { origin, hash } = new URL(link);
  const headers = { 'Content-Type': 'application/json', 'X-MLX-Code': '1', Origin: origin };
  const token = new URLSearchParams(hash.slice(1)).get('token');
  cookies.set(origin, cookies.get(origin) ?? (await signIn(origin, headers, token)));
  const cookie = cookies.get(origin)!;
  const socket = io(origin, { extraHeaders: { Cookie: cookie, Origin: origin }, reconnection: false });
  return {
    async call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
      const response = await fetch(`${origin}/api${path}`, {
        method,
        headers: { ...headers, Cookie: cookie },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(JSON.stringify(answer));
      return answer as Answer;
    },
    listen: (conversationId) => listen(socket, conversationId),
    close: () => socket.disconnect(),
  };
}

/** Processes that a process started, and those that these started. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.filter(Boolean).flatMap((child) => [...descendants(Number(child)), Number(child)]);
}

/** The last page was being written: half of it is there. */
function tearLog(path: string): void {
  const { size } = statSync(path);
  expect(size).toBeGreaterThan(4096);
  truncateSync(path, size - 2048);
}

/** The cookie outlives the daemon: it is signed in again after a restart without a new link. */
const cookies = new Map<string, string>();

async function signIn(
  origin: string,
  headers: Record<string, string>,
  token: string | null,
): Promise<string> {
  const body = JSON.stringify({ token });
  const answer = await fetch(`${origin}/api/auth/sign-in`, { method: 'POST', headers, body });
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

async function listen(socket: Socket, conversationId: string): Promise<Heard> {
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((look) => look());
  let shownTokens = 0;
  const until = <Value>(look: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const attempt = () => {
        const value = look();
        if (value === undefined) return;
        waiting.delete(attempt);
        resolve(value);
      };
      waiting.add(attempt);
      attempt();
    });
  const heard: Heard = {
    text: '',
    tokensAt: new Map([[0, 0]]),
    tokens: (atLeast) => until(() => (shownTokens >= atLeast ? true : undefined)).then(() => undefined),
    ended: (id) =>
      until(() => messages.find((one) => one.id === id && !['queued', 'running'].includes(one.status))),
    replayed: (id) => until(() => messages.find((one) => one.id === id && one.replay !== null)),
  };
  socket.on('chat.delta', ([, , text, tokens]: [string, number, string, number]) => {
    heard.text += text;
    shownTokens = tokens;
    heard.tokensAt.set(heard.text.length, tokens);
    wake();
  });
  socket.on('chat.message', (message: Message) => {
    if (message.conversation_id !== conversationId) return;
    messages.push(message);
    wake();
  });
  await socket.emitWithAck('subscribe', `conversation:${conversationId}`);
  return heard;
}
