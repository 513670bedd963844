import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { ApiKey, ApiScope } from './contract.ts';
import { type ApiKeyRow, createKeyStore } from './store.ts';

/** Keys of programs. */
export interface Keys {
  /** Newest first. */
  list(): ApiKey[];
  /** The key itself is told here and never again. Errors: conflict when there are too many. */
  create(name: string, scopes: ApiScope[]): { key: string; entry: ApiKey };
  /** Errors: not_found. */
  rename(id: string, name: string): ApiKey;
  /** In force at once. Errors: not_found. */
  revoke(id: string): ApiKey;
  /** The key of an `Authorization` header, unless it is unknown or revoked. */
  match(authorization: string | undefined): Pick<ApiKey, 'id' | 'scopes'> | undefined;
}

const MOST_KEYS = 200;
const PREFIX_LENGTH = 12;
const USED_STEP_MS = 60_000;

/** Reads all keys once: from then on no request waits for the database to be let in. */
export function createKeys(database: Database): Keys {
  const store = createKeyStore(database);
  const rows = new Map(store.all().map((row) => [row.id, row]));

  const change = (id: string, values: Partial<Pick<ApiKeyRow, 'name' | 'revokedAt'>>): ApiKey => {
    const row = rows.get(id);
    if (!row) throw new AppError('not_found', 'There is no such key.');
    store.change(id, values);
    const changed = { ...row, ...values };
    rows.set(id, changed);
    return showKey(changed);
  };

  const noteUse = (row: ApiKeyRow) => {
    const now = Date.now();
    if (now - (row.lastUsedAt ?? 0) < USED_STEP_MS) return;
    store.used(row.id, now);
    rows.set(row.id, { ...row, lastUsedAt: now });
  };

  return {
    list: () => [...rows.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).map(showKey),
    create(name, scopes) {
      if (rows.size >= MOST_KEYS) throw new AppError('conflict', `There are ${MOST_KEYS} keys already.`);
      const key = `sk-mlx-${randomBytes(32).toString('base64url')}`;
      const row: ApiKeyRow = {
        id: ulid(),
        name,
        keyHash: hash(key),
        prefix: key.slice(0, PREFIX_LENGTH),
        scopes: [...new Set(scopes)],
        createdAt: Date.now(),
        lastUsedAt: null,
        revokedAt: null,
      };
      store.add(row);
      rows.set(row.id, row);
      return { key, entry: showKey(row) };
    },
    rename: (id, name) => change(id, { name }),
    revoke: (id) => change(id, { revokedAt: rows.get(id)?.revokedAt ?? Date.now() }),
    match(authorization) {
      const key = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
      const row = key === undefined ? undefined : matching(rows.values(), hash(key));
      if (row === undefined || row.revokedAt !== null) return undefined;
      noteUse(row);
      return { id: row.id, scopes: row.scopes };
    },
  };
}

/** A plain digest is enough: 256 random bits can be neither guessed nor looked up, unlike a password. */
function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Compares with every key in constant time, so that timing tells nothing of how close a guess was. */
function matching(rows: Iterable<ApiKeyRow>, wanted: string): ApiKeyRow | undefined {
  let found: ApiKeyRow | undefined;
  for (const row of rows) {
    if (timingSafeEqual(Buffer.from(row.keyHash), Buffer.from(wanted))) found = row;
  }
  return found;
}

function showKey({ id, name, prefix, scopes, createdAt, lastUsedAt, revokedAt }: ApiKeyRow): ApiKey {
  return {
    ...{ id, name, prefix, scopes },
    created_at: createdAt,
    last_used_at: lastUsedAt,
    revoked_at: revokedAt,
  };
}
