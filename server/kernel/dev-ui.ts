import { createServer } from 'node:http';
import type { Config } from './config.ts';
import type { Ui } from './static-ui.ts';

/** Next in development mode behind the daemon's own door and port. Loads Next, so only `--dev` may call it. */
export async function createDevUi(config: Pick<Config, 'root'>, port: number): Promise<Ui> {
  const { default: next } = await import('next');
  // Next puts its own upgrade listener on the server it serves. This one never listens: upgrades reach it
  // only through the door, not beside it.
  const inner = createServer();
  const app = next({ dev: true, dir: config.root, hostname: '127.0.0.1', port, httpServer: inner });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    handleRequest: (request, response) => handle(request, response),
    handleUpgrade(request, socket, head) {
      if (!inner.emit('upgrade', request, socket, head)) socket.destroy();
    },
  };
}
