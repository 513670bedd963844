import { join } from 'node:path';
import { openDatabase } from '#db/client.ts';
import { type AppEvents, setUpFeatures } from './app.ts';
import type { FeatureContext, FeatureParts } from './feature.ts';
import { createActivity } from './generation/activity.ts';
import { createEmbeddings } from './generation/embeddings.ts';
import { createGenerations } from './generation/generations.ts';
import { createAuth } from './kernel/auth.ts';
import type { Config } from './kernel/config.ts';
import { createDisk } from './kernel/disk.ts';
import { createEgress } from './kernel/egress.ts';
import { openHome } from './kernel/home.ts';
import { createHooks } from './kernel/hooks.ts';
import { createJobs } from './kernel/jobs.ts';
import { createLog, type Log } from './kernel/log.ts';
import { createSecrets, systemKeychain } from './kernel/secrets.ts';
import { serve } from './kernel/serving.ts';
import { createSockets, type Emitter, type Sockets } from './kernel/sockets.ts';
import { createEnginePool } from './worker/pool.ts';

/** A daemon that listens. */
export interface Daemon {
  port: number;
  /** The sign-in link to print, good for one use. */
  link: string;
  log: Log;
  /** Door, generations, engines, database, in this order. */
  stop(): Promise<void>;
}

/** What was started so far; ended in reverse when the daemon stops or a later step fails. */
type Endings = { name: string; end: () => unknown }[];

/**
 * Boots config -> home -> log -> database -> engines -> features -> http + sockets -> UI.
 * Errors: AppError or Error with a sentence for the terminal; what was started is ended then.
 */
export async function startDaemon(config: Config, print: (line: string) => void): Promise<Daemon> {
  const endings: Endings = [];
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= endInReverse(endings, print));
  try {
    return { ...(await boot(config, print, endings)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(
  given: Config,
  print: (line: string) => void,
  endings: Endings,
): Promise<Omit<Daemon, 'stop'>> {
  const started = (name: string, end: () => unknown) => endings.push({ name, end });
  const home = await openHome(given.home);
  started('lock', home.release);
  const config = { ...given, home: home.path };
  const log = createLog({ folder: join(home.path, 'logs'), level: config.logLevel, print });
  started('log', log.close);
  const database = openDatabase(join(home.path, 'mlx-code.sqlite'));
  started('database', database.close);
  const disk = createDisk({ home: home.path, log });
  started('disk', disk.stop);
  let port = config.port;
  const auth = createAuth({ database, port: () => port });
  const sockets = createSockets({ auth, log: log.child({ room: 'sockets' }) });
  const context = createContext({ config, log, database, disk, auth, sockets, started });
  const features = setUpFeatures(context);
  await openDoor({ context, features, sockets, started, onListening: (bound) => (port = bound) });
  const link = auth.createLink();
  const { origin } = new URL(link);
  home.announce(origin);
  log.info({ address: origin, pid: process.pid }, 'listening');
  lookAfterData(context, disk, started);
  return { port, link, log };
}

interface Parts extends Pick<FeatureContext<AppEvents>, 'config' | 'log' | 'database' | 'disk' | 'auth'> {
  sockets: Sockets;
  started: (name: string, end: () => unknown) => void;
}

function createContext(parts: Parts): FeatureContext<AppEvents> {
  const { config, log, database, disk, auth, sockets, started } = parts;
  const events: Emitter<AppEvents> = sockets;
  const hooks = createHooks();
  const engines = createEnginePool({ config, log: log.child({ room: 'engines' }) });
  started('engines', () => engines.close());
  const activity = createActivity(engines);
  const generations = createGenerations({ engines, hooks, activity, log: log.child({ room: 'generation' }) });
  started('generations', () => generations.close());
  const jobs = createJobs({
    database,
    log: log.child({ room: 'jobs' }),
    announce: (job) => events.emit('jobs', 'jobs.changed', job),
  });
  started('jobs', () => jobs.stop());
  return {
    ...{ config, log, database, disk, auth, hooks, engines, activity, generations, jobs, events },
    embeddings: createEmbeddings(engines),
    egress: createEgress({ database, trusted: config.hubUrl }),
    secrets: createSecrets({ home: config.home, log, keychain: systemKeychain() }),
  };
}

interface Opening {
  context: FeatureContext<AppEvents>;
  features: FeatureParts[];
  sockets: Sockets;
  started: (name: string, end: () => unknown) => void;
  onListening: (port: number) => void;
}

/** Rooms start before the door opens, so that nobody meets one that is half there. */
async function openDoor({ context, features, sockets, started, onListening }: Opening): Promise<void> {
  const { config, auth, log, disk, jobs } = context;
  sockets.allow([/^jobs$/, ...features.flatMap(({ topics }) => topics ?? [])]);
  for (const feature of features) {
    await feature.start?.();
    started('a room', () => feature.stop?.());
  }
  jobs.recover();
  const serving = await serve({ config, auth, log, disk, sockets, rooms: features, onListening });
  started('door', serving.close);
}

/** What can wait until people are served: the ballast, the daily backup, the spare engine. */
function lookAfterData(
  { database, engines, log }: FeatureContext<AppEvents>,
  disk: ReturnType<typeof createDisk>,
  started: (name: string, end: () => unknown) => void,
): void {
  disk.start();
  engines.warmUp();
  const backUp = () => {
    database.backups.makeDaily(database.stream.$client).catch((error: unknown) => {
      log.warn({ err: error }, 'the daily backup could not be made; it is tried again within the hour');
    });
  };
  const first = setTimeout(backUp, 30_000).unref();
  const hourly = setInterval(backUp, 60 * 60 * 1000).unref();
  started('backups', () => {
    clearTimeout(first);
    clearInterval(hourly);
  });
}

async function endInReverse(endings: Endings, print: (line: string) => void): Promise<void> {
  for (const { name, end } of endings.toReversed()) {
    try {
      await end();
    } catch (error) {
      print(`warn: ${name} did not stop in order: ${String(error)}`);
    }
  }
}
