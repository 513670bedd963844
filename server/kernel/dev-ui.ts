import type { Config } from './config.ts';
import type { Ui } from './static-ui.ts';

/** Next in development mode behind the daemon's own door and port. Loads Next, so only `--dev` may call it. */
export async function createDevUi(config: Pick<Config, 'root'>, port: number): Promise<Ui> {
  const { default: next } = await import('next');
  const app = next({ dev: true, dir: config.root, hostname: '127.0.0.1', port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const upgrade = app.getUpgradeHandler();
  return {
    handleRequest: (request, response) => handle(request, response),
    handleUpgrade: (request, socket, head) => void upgrade(request, socket, head),
  };
}
