import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPromptCaches } from './prompt-caches.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlx-code-caches-'));
  mkdirSync(join(root, 'model'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ids = (count: number, from = 1) =>
  Buffer.from(Uint32Array.from({ length: count }, (_, index) => from + index).buffer);

/** A safetensors file as an engine leaves it: header length, header, layers. */
function leave(name: string, prompt: Buffer): void {
  const header = Buffer.from(JSON.stringify({ __metadata__: { '0.ids': prompt.toString('base64') } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(
    join(root, 'model', `${name}.safetensors`),
    Buffer.concat([length, header, Buffer.alloc(1000)]),
  );
}

const left = () =>
  readdirSync(join(root, 'model'))
    .map((name) => name.replace('.safetensors', ''))
    .sort();

describe('caches of prompts on the disk', () => {
  it('are counted, and all gone when they are cleared', async () => {
    const caches = createPromptCaches(root);
    leave('one', ids(100));
    leave('two', ids(200));
    const bytes = await caches.bytes();
    expect(bytes).toBeGreaterThan(2000);
    expect(await caches.clear()).toBe(bytes);
    expect(await caches.bytes()).toBe(0);
  });

  it('are found by the prompt that they hold, begin with or are the beginning of', async () => {
    const shared = ids(80);
    const prompt = Buffer.concat([shared, ids(40, 1000)]);
    leave('whole-turn', Buffer.concat([prompt, ids(30, 5000)]));
    leave('cut-off', prompt.subarray(0, 100 * 4));
    leave('another-invitation', Buffer.concat([prompt.subarray(0, prompt.length - 6 * 4), ids(9, 9000)]));
    leave('same-system-prompt', Buffer.concat([shared, ids(40, 2000)]));
    leave('elsewhere', ids(120, 7000));
    await createPromptCaches(root).forget([prompt]);
    expect(left()).toEqual(['elsewhere', 'same-system-prompt']);
  });

  it('that cannot be read are deleted as well', async () => {
    writeFileSync(join(root, 'model', 'damaged.safetensors'), 'no header');
    leave('fine', ids(100));
    await createPromptCaches(root).forget([ids(100, 9000)]);
    expect(left()).toEqual(['fine']);
  });

  it('are none where there is no folder yet', async () => {
    const caches = createPromptCaches(join(root, 'missing'));
    expect(await caches.bytes()).toBe(0);
    expect(await caches.clear()).toBe(0);
  });
});
