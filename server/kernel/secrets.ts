import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, systemCode } from './errors.ts';
import type { Log } from './log.ts';

/** Where a secret lies: the system's keychain, an encrypted file in the data folder, or nowhere. */
export type SecretPlace = 'keychain' | 'file' | 'none';

/** Tokens and keys of the person. They never reach logs, exports or environments. */
export interface Secrets {
  /** Null when there is none. */
  read(name: string): Promise<string | null>;
  /** Null removes it. */
  write(name: string, value: string | null): Promise<SecretPlace>;
}

interface SecretsOptions {
  home: string;
  log: Log;
  /** The system's keychain; absent on a headless machine and in tests. */
  keychain?: Keychain | undefined;
}

/** The part of a keychain that is used here. Each call fails when the keychain cannot be reached. */
export interface Keychain {
  read(name: string): Promise<string | null>;
  write(name: string, value: string): Promise<void>;
  remove(name: string): Promise<boolean>;
}

/** Keychain first; where it fails, a 0600 file encrypted with a key that lies beside it (security.md, 12). */
export function createSecrets({ home, log, keychain }: SecretsOptions): Secrets {
  const file = createSecretFile(home);
  const ask = async <Answer>(
    question: (keychain: Keychain) => Promise<Answer>,
  ): Promise<Answer | undefined> => {
    if (!keychain) return undefined;
    try {
      return await question(keychain);
    } catch (error) {
      log.debug({ err: error }, 'the keychain cannot be used; secrets are kept in an encrypted file');
      return undefined;
    }
  };
  const forget = (name: string) => file.change(({ [name]: _old, ...others }) => others);
  return {
    read: async (name) => (await ask((chain) => chain.read(name))) ?? (await file.read())[name] ?? null,
    async write(name, value) {
      if (value === null) {
        await ask((chain) => chain.remove(name));
        await forget(name);
        return 'none';
      }
      const kept = await ask(async (chain) => {
        await chain.write(name, value);
        return true;
      });
      if (!kept) {
        await file.change((all) => ({ ...all, [name]: value }));
        return 'file';
      }
      await forget(name);
      return 'keychain';
    },
  };
}

const SERVICE = 'mlx-code';

/** The system's keychain. On Linux the Secret Service, so it needs a session bus. */
export function systemKeychain(): Keychain {
  const entry = async (name: string) => {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    return new AsyncEntry(SERVICE, name);
  };
  const limited = () => AbortSignal.timeout(5000);
  return {
    read: async (name) => (await (await entry(name)).getPassword(limited())) ?? null,
    write: async (name, value) => (await entry(name)).setPassword(value, limited()),
    remove: async (name) => (await entry(name)).deleteCredential(limited()),
  };
}

type SecretValues = Record<string, string>;

function createSecretFile(home: string) {
  const folder = join(home, 'secrets');
  const path = join(folder, 'secrets.bin');
  const key = async (): Promise<Buffer> => {
    const keyPath = join(folder, 'key');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await writeFile(keyPath, randomBytes(32), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    return readFile(keyPath);
  };
  const read = async (): Promise<SecretValues> => {
    const sealed = await readFile(path).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (!sealed) return {};
    try {
      return open(sealed, await key());
    } catch (cause) {
      throw new AppError('internal', 'The file of saved tokens is damaged. Save the tokens again.', {
        cause,
      });
    }
  };
  return {
    read,
    async change(edit: (values: SecretValues) => SecretValues): Promise<void> {
      // A damaged file holds nothing that could be kept; saving again mends it.
      const values = edit(await read().catch(() => ({})));
      if (Object.keys(values).length === 0) return rm(path, { force: true });
      const partial = `${path}.partial`;
      await writeFile(partial, seal(values, await key()), { mode: 0o600 });
      await chmod(partial, 0o600);
      await rename(partial, path);
    },
  };
}

function seal(values: SecretValues, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(values), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function open(sealed: Buffer, key: Buffer): SecretValues {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
  return z.record(z.string(), z.string()).parse(JSON.parse(text));
}
