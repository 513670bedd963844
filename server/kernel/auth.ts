import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '#db/client.ts';
import { AppError } from './errors.ts';
import { createSessionStore, type SessionRow } from './store.ts';

/** Who may use this daemon. Only hashes of cookies are kept; links live in memory and work once. */
export interface Auth {
  /** Holds the port, because cookies cross ports. */
  cookieName(): string;
  /** Another one-time link, good for a day: `http://127.0.0.1:PORT/#token=TOKEN`. */
  createLink(): string;
  /** The `Set-Cookie` header for a one-time token. Errors: unauthorized. */
  signIn(token: string, label: string): string;
  /** The session of a `Cookie` header, or undefined. */
  session(cookies: string | undefined): string | undefined;
  /** Ends every sign-in and every link at once; returns the `Set-Cookie` header of a fresh one. */
  rotate(label: string): string;
  /** Called when sign-ins ended, so that their sockets end too. */
  onRotated(listener: () => void): void;
}

interface AuthOptions {
  database: Database;
  /** The port the daemon listens on, once it does. */
  port: () => number;
}

const LINK_LIFE = 24 * 60 * 60 * 1000;
const SESSION_LIFE = 90 * 24 * 60 * 60 * 1000;
const SEEN_STEP = 60 * 60 * 1000;

export function createAuth({ database, port }: AuthOptions): Auth {
  const store = createSessionStore(database);
  store.forget(Date.now() - SESSION_LIFE);
  const sessions = new Map(store.all().map((row) => [row.tokenHash, row.lastSeenAt]));
  const links = new Map<string, number>();
  const listeners: (() => void)[] = [];
  const cookieName = () => `mlx_code_${port()}`;
  const issue = (label: string, keep: (row: SessionRow) => void): string => {
    const token = randomBytes(32).toString('base64url');
    const now = Date.now();
    const row = { tokenHash: hash(token), label: label.slice(0, 200), createdAt: now, lastSeenAt: now };
    keep(row);
    sessions.set(row.tokenHash, now);
    const seconds = SESSION_LIFE / 1000;
    return `${cookieName()}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
  };
  return {
    cookieName,
    createLink() {
      const token = randomBytes(32).toString('base64url');
      links.set(hash(token), Date.now() + LINK_LIFE);
      return `http://127.0.0.1:${port()}/#token=${token}`;
    },
    signIn(token, label) {
      const known = matching(links, hash(token));
      if (known === undefined || (links.get(known) ?? 0) < Date.now()) {
        throw new AppError('unauthorized', 'This link was used before or has expired. Ask for another one.');
      }
      links.delete(known);
      return issue(label, store.add);
    },
    session(cookies) {
      const token = readCookie(cookies, cookieName());
      if (token === undefined) return undefined;
      const tokenHash = hash(token);
      const seen = sessions.get(tokenHash);
      if (seen === undefined || seen < Date.now() - SESSION_LIFE) return undefined;
      if (seen < Date.now() - SEEN_STEP) {
        sessions.set(tokenHash, Date.now());
        store.seen(tokenHash, Date.now());
      }
      return tokenHash;
    },
    rotate(label) {
      const cookie = issue(label, (row) => {
        store.replaceAll(row);
        sessions.clear();
      });
      links.clear();
      for (const listener of listeners) listener();
      return cookie;
    },
    onRotated: (listener) => void listeners.push(listener),
  };
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares with every link in constant time, so that timing tells nothing of how close a guess was. */
function matching(links: Map<string, number>, wanted: string): string | undefined {
  let found: string | undefined;
  for (const known of links.keys()) {
    if (timingSafeEqual(Buffer.from(known), Buffer.from(wanted))) found = known;
  }
  return found;
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
