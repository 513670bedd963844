import { type LookupAddress, lookup as resolveHost } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Database } from '#db/client.ts';
import { AppError, toAppError } from './errors.ts';
import { isPublicAddress } from './public-address.ts';
import { createEgressStore, type EgressRow, type EgressTotals } from './store.ts';

export interface EgressRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** Sent as a Bearer to the origin of `url` and to no other, redirects included. */
  token?: string;
  /** Bytes of the answer; default 10 MB. */
  maxBytes?: number;
  /** Milliseconds for the whole exchange, redirects included; default 30 s. */
  timeout?: number;
  signal?: AbortSignal;
}

export interface EgressResponse {
  status: number;
  /** Where redirects led. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export type EgressEntry = Omit<EgressRow, 'id'>;

/** The one way out of this machine. Only what a person asked for calls it; every attempt is in the ledger. */
export interface Egress {
  /** Errors: invalid_request (address), forbidden (private address), too_large, timeout, upstream_failed. */
  fetch(purpose: string, request: EgressRequest): Promise<EgressResponse>;
  /** Checks an address that another process of ours will connect to. Errors: as `fetch`. */
  approve(url: string): Promise<void>;
  /** Writes down what another process of ours sent and received. */
  record(entry: EgressEntry): void;
  ledger(page: { limit: number; before?: number | undefined }): EgressRow[];
  totals(): EgressTotals;
}

interface EgressOptions {
  database: Database;
  /** An address from the config whose origin may be private: a mirror, or a test's server. */
  trusted: string | undefined;
}

const REDIRECTS = 5;

export function createEgress({ database, trusted }: EgressOptions): Egress {
  const store = createEgressStore(database);
  const trustedOrigin = trusted === undefined ? undefined : new URL(trusted).origin;
  const isTrusted = (url: URL) => url.origin === trustedOrigin;
  return {
    async fetch(purpose, request) {
      const limit = AbortSignal.timeout(request.timeout ?? 30_000);
      const signal = request.signal ? AbortSignal.any([limit, request.signal]) : limit;
      const start = parseAddress(request.url);
      let url = start;
      for (let hop = 0; hop <= REDIRECTS; hop += 1) {
        const token = url.origin === start.origin ? request.token : undefined;
        const exchange: Exchange = { request: { ...request, token }, url, signal, trusted: isTrusted(url) };
        const answer = await recorded(store, purpose, exchange);
        const next = redirectOf(answer, url);
        if (next === undefined) return answer;
        if (request.method === 'POST') {
          throw new AppError('upstream_failed', `${url.host} redirected what was sent to it.`);
        }
        if (url.protocol === 'https:' && next.protocol !== 'https:') {
          throw new AppError('forbidden', `${url.host} redirected to an unencrypted address.`);
        }
        url = next;
      }
      throw new AppError('upstream_failed', `${start.host} redirected more than ${REDIRECTS} times.`);
    },
    async approve(address) {
      const url = parseAddress(address);
      if (isTrusted(url)) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const host = url.hostname.replace(/^\[|\]$/g, '');
      publicLookup(host, { all: true }, (error) => (error ? reject(toAppError(error)) : resolve()));
      await promise;
    },
    record: (entry) => void store.add(entry),
    ledger: ({ limit, before }) => store.list(limit, before),
    totals: () => store.totals(),
  };
}

interface Exchange {
  request: EgressRequest;
  url: URL;
  signal: AbortSignal;
  trusted: boolean;
}

/** The row is written before anything leaves; when it cannot be, nothing does. */
async function recorded(
  store: ReturnType<typeof createEgressStore>,
  purpose: string,
  exchange: Exchange,
): Promise<EgressResponse> {
  const { request, url } = exchange;
  const method = request.method ?? 'GET';
  const entry = { at: Date.now(), purpose, method, host: url.host, path: url.pathname };
  const id = store.add({ ...entry, status: null, bytesOut: 0, bytesIn: 0, outcome: 'started' });
  const traffic = { bytesOut: 0, bytesIn: 0 };
  try {
    const answer = await send(exchange, traffic);
    store.change(id, { ...traffic, status: answer.status, outcome: 'ok' });
    return answer;
  } catch (error) {
    const failure = explain(error, exchange);
    store.change(id, { ...traffic, outcome: failure.code });
    throw failure;
  }
}

async function send(
  exchange: Exchange,
  traffic: { bytesOut: number; bytesIn: number },
): Promise<EgressResponse> {
  const { request, url, signal, trusted } = exchange;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!trusted && isIP(host) !== 0 && !isPublicAddress(host)) throw privateAddress(host);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
    method: request.method ?? 'GET',
    headers: headersOf(request),
    // A connection of its own: a pooled one might have been opened to an address that was checked for another host.
    agent: false,
    signal,
    ...(trusted ? {} : { lookup: publicLookup }),
  });
  outgoing.once('error', reject);
  outgoing.once('response', resolve);
  outgoing.end(request.body);
  try {
    const incoming = await promise;
    const body = await readBody(incoming, request.maxBytes ?? 10_000_000, signal);
    return { status: incoming.statusCode ?? 0, url: url.href, headers: incoming.headers, body };
  } finally {
    traffic.bytesOut = outgoing.socket?.bytesWritten ?? 0;
    traffic.bytesIn = outgoing.socket?.bytesRead ?? 0;
    outgoing.destroy();
  }
}

function headersOf({ headers, body, token }: EgressRequest): Record<string, string> {
  const kept: Record<string, string> = { 'user-agent': 'mlx-code', 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (/^(authorization|cookie|proxy-authorization|host)$/i.test(name)) {
      throw new AppError('invalid_request', `The header ${name} cannot be set; tokens go into "token".`);
    }
    kept[name.toLowerCase()] = value;
  }
  if (body !== undefined) kept['content-length'] = String(Buffer.byteLength(body));
  if (token !== undefined) kept.authorization = `Bearer ${token}`;
  return kept;
}

async function readBody(incoming: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  incoming.once('error', () => undefined);
  for await (const part of incoming) {
    signal.throwIfAborted();
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > maxBytes) throw new AppError('too_large', `The answer is larger than ${maxBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Resolves once and hands the checked addresses to the connection, so a name cannot change in between. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolveHost(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const hidden = found?.find(({ address }) => !isPublicAddress(address));
    const first = found?.[0];
    if (error) callback(error, '');
    else if (hidden || !first) callback(privateAddress(hostname), '');
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

function privateAddress(host: string): AppError {
  return new AppError(
    'forbidden',
    `${host} is an address of this machine or its network; requests stay out of it.`,
  );
}

function parseAddress(address: string): URL {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_request', 'Only plain http and https addresses can be fetched.');
  }
  return url;
}

function redirectOf({ status, headers }: EgressResponse, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || typeof headers.location !== 'string') return undefined;
  return parseAddress(URL.parse(headers.location, from)?.href ?? '');
}

function explain(error: unknown, { signal, request, url }: Exchange): AppError {
  if (error instanceof AppError) return error;
  if (request.signal?.aborted) return new AppError('timeout', 'The request was cancelled.', { cause: error });
  if (signal.aborted)
    return new AppError('timeout', `${url.host} took too long to answer.`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('upstream_failed', `${url.host} could not be reached: ${reason}`, { cause: error });
}
