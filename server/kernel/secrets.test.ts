import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from './log.ts';
import { createSecrets, type Keychain } from './secrets.ts';

let home: string;
const log = createLog({ level: 'debug' });
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mlx-code-secrets-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function workingKeychain(): Keychain {
  const kept = new Map<string, string>();
  return {
    read: async (name) => kept.get(name) ?? null,
    write: async (name, value) => void kept.set(name, value),
    remove: async (name) => kept.delete(name),
  };
}

const broken: Keychain = {
  read: () => Promise.reject(new Error('no bus')),
  write: () => Promise.reject(new Error('no bus')),
  remove: () => Promise.reject(new Error('no bus')),
};

test('without a usable keychain a secret lies in an encrypted file that only its owner can read', async () => {
  for (const keychain of [undefined, broken]) {
    const secrets = createSecrets({ home, log, keychain });
    expect(await secrets.read('hub')).toBeNull();
    expect(await secrets.write('hub', 'hf_verysecretvalue')).toBe('file');
    expect(await createSecrets({ home, log, keychain }).read('hub')).toBe('hf_verysecretvalue');
    for (const name of readdirSync(join(home, 'secrets'))) {
      const path = join(home, 'secrets', name);
      expect(statSync(path).mode & 0o077, name).toBe(0);
      expect(readFileSync(path).toString('latin1')).not.toContain('verysecret');
    }
    expect(await secrets.write('hub', null)).toBe('none');
    expect(await secrets.read('hub')).toBeNull();
  }
});

test('with a keychain nothing is left in a file', async () => {
  await createSecrets({ home, log }).write('hub', 'old');
  const secrets = createSecrets({ home, log, keychain: workingKeychain() });
  expect(await secrets.read('hub')).toBe('old');
  expect(await secrets.write('hub', 'new')).toBe('keychain');
  expect(await secrets.read('hub')).toBe('new');
  expect(existsSync(join(home, 'secrets/secrets.bin'))).toBe(false);
  await secrets.write('hub', null);
  expect(await secrets.read('hub')).toBeNull();
});

test('a damaged or foreign file is said to be damaged, and saving again mends it', async () => {
  const secrets = createSecrets({ home, log });
  await secrets.write('hub', 'value');
  const path = join(home, 'secrets/secrets.bin');
  const sealed = readFileSync(path);
  sealed[20]! ^= 1;
  writeFileSync(path, sealed);
  await expect(secrets.read('hub')).rejects.toThrow(/Save the tokens again/);
  await secrets.write('hub', 'fresh');
  expect(await secrets.read('hub')).toBe('fresh');
});
