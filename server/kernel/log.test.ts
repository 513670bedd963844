import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLog } from './log.ts';
import { createLogRing } from './log-ring.ts';

const SECRETS = [
  'hf_abcdefghijklmnopqrstuvwx',
  'sk-proj-abcdefghijklmnop1234',
  'ghp_abcdefghijklmnop1234',
  'Bearer abcdefghijklmnop.qrst',
  'mlx_code_7878=dGhlIHNlY3JldCBjb29raWU',
  'http://127.0.0.1:7878/#token=abcdefghijklmnop',
];

describe('secrets never reach the log', () => {
  test('in messages, fields, nested fields, errors and their causes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlx-code-log-'));
    const log = createLog({ folder, level: 'debug' });
    for (const secret of SECRETS) {
      log.info(`a line with ${secret} in it`);
      log.warn({ header: secret, inner: { deep: [secret] } }, 'fields');
      log.error({ err: new Error(secret, { cause: new Error(secret) }) }, 'an error');
    }
    log.info({ token: 'plain-token', password: 'with "quotes"', hubToken: 'x y z', cookie: 'a=b' }, 'named');
    await log.close();
    const text = readFileSync(join(folder, 'mlx-code.log'), 'utf8') + JSON.stringify(log.ring.entries());
    for (const hidden of [
      'abcdefghijklmnop',
      'dGhlIHNlY3JldCBjb29raWU',
      'plain-token',
      'quotes',
      'x y z',
      'a=b',
    ]) {
      expect(text).not.toContain(hidden);
    }
    expect(text).toContain('[redacted]');
    expect(statSync(join(folder, 'mlx-code.log')).mode & 0o077).toBe(0);
  });

  test('while token counts and other numbers stay', () => {
    const log = createLog({ level: 'debug' });
    log.info({ prompt_tokens: 12, tokens: 5 }, 'counted');
    expect(log.ring.entries()[0]?.fields).toBe('{"prompt_tokens":12,"tokens":5}');
  });
});

describe('a message cannot forge a line', () => {
  test('newlines, terminal escapes and direction marks are shown, not obeyed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlx-code-log-'));
    const printed: string[] = [];
    const log = createLog({ folder, level: 'debug', print: (line) => printed.push(line) });
    const evil = 'a\n{"level":"error","msg":"forged"}\r\u001b[31mred\u202Eevil\u2028x\u009b';
    log.warn({ name: evil }, evil);
    await log.close();
    const lines = readFileSync(join(folder, 'mlx-code.log'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const [entry] = log.ring.entries();
    for (const text of [lines[0]!, entry!.message, entry!.fields, printed[0]!]) {
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    }
    expect(entry?.message).toContain('\\u001b[31mred');
  });
});

test('levels below the chosen one are not kept', () => {
  const log = createLog({ level: 'warn' });
  log.info('quiet');
  log.child({ room: 'chat' }).warn('loud');
  expect(log.ring.entries().map(({ message, room, level }) => [message, room, level])).toEqual([
    ['loud', 'chat', 'warn'],
  ]);
});

test('the ring keeps the newest lines and tells who listens', () => {
  const ring = createLogRing(100);
  const heard: number[] = [];
  const forget = ring.onAdded(({ seq }) => heard.push(seq));
  for (let count = 0; count < 1000; count += 1) ring.add(`{"level":"info","msg":"${count}"}`);
  forget();
  ring.add('{"level":"info","msg":"last"}');
  expect(heard).toHaveLength(1000);
  const kept = ring.entries();
  expect(kept).toHaveLength(100);
  expect(kept.at(-1)?.message).toBe('last');
  expect(ring.entries(kept.at(-3)?.seq)).toHaveLength(2);
});
