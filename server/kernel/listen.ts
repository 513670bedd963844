import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from './config.ts';
import type { Door } from './door.ts';
import { AppError, systemCode } from './errors.ts';

export interface Listeners {
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listening {
  port: number;
  /** Takes nothing new, lets answers in progress end for at most two seconds. */
  close(): Promise<void>;
}

interface ListenOptions extends Listeners {
  config: Pick<Config, 'host' | 'port'>;
  door: Door;
}

/**
 * Listens on loopback (127.0.0.1 and ::1) and on `--host`, all at one port.
 * Errors: conflict naming --port when it is taken, invalid_request when the host is not an address of this machine.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { host, port } = options.config;
  const wildcard = host === '0.0.0.0' || host === '::';
  const hosts = wildcard
    ? [host]
    : [...new Set(['127.0.0.1', '::1', host])].filter((name) => name !== 'localhost');
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    try {
      let bound = port;
      for (const name of hosts) bound = await bind({ options, servers, host: name, port: bound });
      return { port: bound, close: () => closeAll(servers) };
    } catch (error) {
      await closeAll(servers);
      // A free port of one address may be taken at another; another free one is as good.
      if (port !== 0 || attempt === 5 || systemCode(error) !== 'EADDRINUSE')
        throw explain(error, options.config);
    }
  }
}

interface Binding {
  options: ListenOptions;
  servers: Server[];
  host: string;
  port: number;
}

async function bind({ options, servers, host, port }: Binding): Promise<number> {
  const server = createGuardedServer(options);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true, ipv6Only: host !== '::' }, resolve);
  try {
    await promise;
  } catch (error) {
    // A machine without IPv6 has no ::1; 127.0.0.1 is enough there.
    const absent = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(systemCode(error) ?? '');
    if (host === '::1' && absent) return port;
    throw error;
  }
  servers.push(server);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function createGuardedServer({ door, onRequest, onUpgrade }: ListenOptions): Server {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 300_000,
    keepAliveTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
  });
  server.maxConnections = 512;
  server.on('request', (request, response) => {
    if (door.admitRequest(request, response)) onRequest(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    if (door.admitUpgrade(request, socket)) onUpgrade(request, socket, head);
  });
  server.on('clientError', (error, socket) => door.refuseGarbage(error, socket));
  return server;
}

async function closeAll(servers: Server[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeIdleConnections();
      const limit = setTimeout(() => {
        server.closeAllConnections();
        resolve();
      }, 2000);
      await promise;
      clearTimeout(limit);
    }),
  );
}

function explain(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): AppError {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} is taken by another program. Choose another: npm start -- --port ${port + 1}`;
    return new AppError('conflict', message, { cause: error });
  }
  if (code === 'EACCES') {
    return new AppError('forbidden', `Port ${port} needs more rights. Choose one above 1024 with --port.`, {
      cause: error,
    });
  }
  return new AppError('invalid_request', `Cannot listen on ${host}: is it an address of this machine?`, {
    cause: error,
  });
}
