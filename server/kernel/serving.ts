import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createApi, type RoomRoutes } from './api.ts';
import type { Auth } from './auth.ts';
import type { Config } from './config.ts';
import type { Disk } from './disk.ts';
import { createDoor } from './door.ts';
import { isProgramPath } from './http.ts';
import { listen } from './listen.ts';
import type { Log } from './log.ts';
import { createPrograms } from './programs.ts';
import type { Sockets } from './sockets.ts';
import { createStaticUi, type Ui } from './static-ui.ts';

interface ServingOptions {
  config: Pick<Config, 'host' | 'port' | 'dev' | 'root' | 'version'>;
  auth: Auth;
  log: Log;
  disk: Pick<Disk, 'reportFull'>;
  sockets: Sockets;
  rooms: RoomRoutes[];
  /** The static export; tests give their own. */
  screens?: string;
  /** Told the port as soon as it is known, before the first request is answered. */
  onListening: (port: number) => void;
}

export interface Serving {
  /** Closes the door: listeners first, then sockets. */
  close(): Promise<void>;
}

/** Opens the door: sockets at /socket.io, rooms at /api and, for programs, at /v1, screens everywhere else. Errors: as `listen`. */
export async function serve(options: ServingOptions): Promise<Serving> {
  const { config, auth, log, disk, sockets, rooms } = options;
  const api = createApi({ config, auth, log, disk, rooms });
  let port = config.port;
  const door = createDoor({ config, port: () => port });
  const answerApi = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  const programs = createPrograms({ log, disk, rooms });
  const answerProgram = getRequestListener(programs.fetch, { overrideGlobalObjects: false });
  let ui: Ui = createStaticUi({ folder: options.screens ?? join(config.root, 'out'), door });
  const answererOf = (path: string) => {
    if (isProgramPath(path)) return answerProgram;
    return /^\/api(\/|\?|$)/.test(path) ? answerApi : ui.handleRequest;
  };
  const listening = await listen({
    config,
    door,
    onRequest(request, response) {
      const path = request.url ?? '/';
      if (path.startsWith('/socket.io/')) return sockets.handleRequest(request, response);
      const answer = answererOf(path);
      answer(request, response).catch((error: unknown) => {
        log.error({ err: error, path }, 'a request could not be answered');
        response.destroy();
      });
    },
    onUpgrade(request, socket, head) {
      if (request.url?.startsWith('/socket.io/')) sockets.handleUpgrade(request, socket, head);
      else if (ui.handleUpgrade) ui.handleUpgrade(request, socket, head);
      else socket.destroy();
    },
  });
  port = listening.port;
  options.onListening(port);
  if (config.dev) {
    const { createDevUi } = await import('./dev-ui.ts');
    ui = await createDevUi(config, port);
  }
  return {
    async close() {
      await Promise.all([listening.close(), sockets.close()]);
    },
  };
}
