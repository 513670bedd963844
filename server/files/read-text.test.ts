import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readText, readTextSync } from './read-text.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'read-')));
});
afterEach(() => rmSync(root, { recursive: true }));

async function read(content: string | Uint8Array, limit = 1_000_000) {
  writeFileSync(join(root, 'file'), content);
  const file = await readText(root, 'file', { limit });
  expect(readTextSync(root, 'file', { limit })).toEqual(file);
  return file;
}

describe('reading a text file', () => {
  it('tells text, lines and the sha256 of the bytes', async () => {
    expect(await read('one\r\ntwo')).toMatchObject({
      ...{ text: 'one\r\ntwo', lines: 2, bytes: 8, encoding: 'utf-8' },
      hash: '29a776bb35efe730dabb1b1d3ad74dbf80cc3e9009e168241798ea73adca3dcf',
    });
    expect(await read('')).toMatchObject({ text: '', lines: 0 });
    expect(await read('\n\n')).toMatchObject({ lines: 2 });
  });

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffä = 1\n'), 'utf-8', 'ä = 1\n'],
    ['UTF-16 little endian', Buffer.from('\ufeffä = 1\n', 'utf16le'), 'utf-16le', 'ä = 1\n'],
    ['UTF-16 big endian', Buffer.from('\ufeffä = 1\n', 'utf16le').swap16(), 'utf-16be', 'ä = 1\n'],
    ['UTF-16 without a mark', Buffer.from('let a = 1;\n', 'utf16le'), 'utf-16le', 'let a = 1;\n'],
    ['windows-1252', Buffer.from([0x66, 0xfc, 0x72, 0x20, 0x80, 0x0a]), 'windows-1252', 'für €\n'],
  ])('reads %s', async (...[, bytes, encoding, text]) => {
    expect(await read(bytes)).toMatchObject({ encoding, text });
  });

  it.each([
    ['a NUL', Buffer.from('text\0more')],
    ['many control characters', Buffer.from(Array.from({ length: 500 }, (_, at) => (at % 9) + 1))],
    [
      'a compressed file',
      Buffer.from('1f8b0800000000000003cb48cdc9c95728cf2fca49e10200dab8d0180c000000', 'hex'),
    ],
  ])('does not take %s for text', async (_name, bytes) => {
    expect(await read(bytes)).toMatchObject({ reason: 'It is not a text file.' });
  });

  it('does not read what is larger than the limit, and says how large it is', async () => {
    writeFileSync(join(root, 'huge'), '');
    truncateSync(join(root, 'huge'), 3_000_000_000);
    expect(await readText(root, 'huge', { limit: 1_000_000 })).toMatchObject({
      reason: 'It is too large: 3000.0 MB, at most 1.0 MB.',
    });
    expect(await read('x'.repeat(1000), 1000)).toMatchObject({ bytes: 1000 });
    expect(await read('x'.repeat(1001), 1000)).toHaveProperty('reason');
  });

  it('reads files that say nothing of their size only up to the limit', async () => {
    if (process.platform !== 'linux') return;
    expect(await readText('/proc/self', 'status', { limit: 100_000 })).toMatchObject({ encoding: 'utf-8' });
  });

  it.each([
    ['not_found', 'gone.ts'],
    ['forbidden', '../outside'],
    ['forbidden', 'link'],
    ['invalid_request', '/etc/passwd'],
    ['invalid_request', 'nul\0'],
    ['invalid_request', 'pipe'],
    ['invalid_request', '.'],
  ])('refuses with %s: %j', async (code, path) => {
    symlinkSync('/etc/passwd', join(root, 'link'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(readText(root, path, { limit: 1000 })).rejects.toMatchObject({ code });
  });
});
