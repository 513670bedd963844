import type { IncomingMessage, ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Config } from './config.ts';
import { AppError, ERROR_TRAITS } from './errors.ts';
import { errorBody, isProgramPath, programErrorBody } from './http.ts';

/** The outermost check of every request, upgrade and poll (security.md, The door). */
export interface Door {
  /** Whether the request may go on; otherwise it was answered. */
  admitRequest(request: IncomingMessage, response: ServerResponse): boolean;
  /** Whether the upgrade may go on; otherwise its socket was ended. */
  admitUpgrade(request: IncomingMessage, socket: Duplex): boolean;
  /** What every response carries; `scripts` are CSP sources of inline scripts in this very page. */
  headers(request: IncomingMessage, scripts?: string[]): Record<string, string>;
  /** Answers what Node could not even parse. */
  refuseGarbage(error: Error, socket: Duplex): void;
}

interface DoorOptions {
  config: Pick<Config, 'host' | 'dev'>;
  port: () => number;
}

const MAX_URL = 8192;
const MAX_PARAMETERS = 100;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

export function createDoor({ config, port }: DoorOptions): Door {
  let allowed: { port: number; hosts: Set<string> } | undefined;
  const hosts = (): Set<string> => {
    if (allowed?.port !== port()) allowed = { port: port(), hosts: allowedHosts(config.host, port()) };
    return allowed.hosts;
  };
  const headers: Door['headers'] = (request, scripts = []) => {
    const host = request.headers.host ?? '';
    return securityHeaders({ host: hosts().has(host) ? host : '', scripts, dev: config.dev });
  };
  return {
    headers,
    admitRequest(request, response) {
      for (const [name, value] of Object.entries(headers(request))) response.setHeader(name, value);
      const refusal = objection(request, { hosts: hosts(), kind: 'request', dev: config.dev });
      if (!refusal) return true;
      // The body was not read; the connection cannot be used for another request.
      response.setHeader('Connection', 'close');
      const page = request.headers['sec-fetch-mode'] === 'navigate';
      response.writeHead(ERROR_TRAITS[refusal.code].status, {
        'Content-Type': page ? 'text/plain; charset=utf-8' : 'application/json',
        'Cache-Control': 'no-store',
      });
      const body = isProgramPath(request.url ?? '') ? programErrorBody(refusal) : errorBody(refusal);
      response.end(page ? refusal.message : JSON.stringify(body));
      return false;
    },
    admitUpgrade(request, socket) {
      const refusal = objection(request, { hosts: hosts(), kind: 'upgrade', dev: config.dev });
      if (refusal) endSocket(socket, refusal, headers(request));
      return refusal === undefined;
    },
    refuseGarbage(error, socket) {
      const tooLarge = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW';
      const refusal = tooLarge
        ? new AppError('too_large', 'The headers of the request are too large.')
        : new AppError('invalid_request', 'This is not an HTTP request.');
      endSocket(socket, refusal, securityHeaders({ host: '', scripts: [], dev: config.dev }));
    },
  };
}

/** Loopback by its three names, and what `--host` adds; behind a wildcard, the addresses this machine has. */
function allowedHosts(host: string, port: number): Set<string> {
  const wildcard = host === '0.0.0.0' || host === '::';
  const others = wildcard
    ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
    : [host];
  const names = ['127.0.0.1', 'localhost', '::1', ...others].map((name) =>
    name.includes(':') ? `[${name}]` : name.toLowerCase(),
  );
  return new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

interface Rules {
  hosts: Set<string>;
  kind: 'request' | 'upgrade';
  dev: boolean;
}

/** Why a request is refused. String equality only: no prefix, no pattern, no forwarded header counts. */
function objection(request: IncomingMessage, { hosts, kind, dev }: Rules): AppError | undefined {
  const url = request.url ?? '';
  if (url.length > MAX_URL) return new AppError('too_large', 'The address is too long.');
  if (!url.startsWith('/') || url.startsWith('//'))
    return new AppError('invalid_request', 'This is no path.');
  if (url.split('&').length > MAX_PARAMETERS) return new AppError('too_large', 'Too many parameters.');
  const { host, origin } = request.headers;
  const hostHeaders = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  if (hostHeaders.length !== 1 || host === undefined || !hosts.has(host)) {
    return new AppError(
      'forbidden',
      'This address is not one that MLX Code answers to. Use the printed link.',
    );
  }
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    const hint = 'Type the address, or use the printed link.';
    return new AppError('forbidden', `MLX Code cannot be opened or asked from another site. ${hint}`);
  }
  // A program has no origin to tell and no cookie to be ridden on: its key is what counts.
  const program = kind === 'request' && isProgramPath(url);
  const changes = !program && (!SAFE_METHODS.has(request.method ?? '') || kind === 'upgrade');
  if ((changes || origin !== undefined) && origin !== `http://${host}`) {
    return new AppError('forbidden', 'The Origin header must be the address of MLX Code itself.');
  }
  // socket.io and Next's development overlay send no header of ours; the Origin above holds for them too.
  const foreign = url.startsWith('/socket.io/') || (dev && url.startsWith('/__nextjs'));
  const needsHeader = kind === 'request' && changes && !foreign;
  if (needsHeader && request.headers['x-mlx-code'] !== '1') {
    return new AppError('forbidden', 'Requests that change something carry the header X-MLX-Code: 1.');
  }
  return undefined;
}

interface Policy {
  /** An allowed Host header, or nothing when it was not. */
  host: string;
  scripts: string[];
  dev: boolean;
}

function securityHeaders({ host, scripts, dev }: Policy): Record<string, string> {
  const socket = host === '' ? '' : ` ws://${host}`;
  // Next's development server evaluates code and inlines scripts that no hash can name.
  const inline = dev ? " 'unsafe-inline' 'unsafe-eval'" : scripts.map((source) => ` ${source}`).join('');
  const policy = [
    "default-src 'self'",
    `script-src 'self'${inline}`,
    // Diagrams and formulas style themselves; nothing remote can be named from CSS, see img-src and font-src.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${socket}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

function endSocket(socket: Duplex, refusal: AppError, headers: Record<string, string>): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(errorBody(refusal));
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${ERROR_TRAITS[refusal.code].status} Refused`;
  socket.on('error', () => undefined);
  socket.end([status, ...lines, '', body].join('\r\n'), () => socket.destroy());
}
