import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#server/kernel/config.ts';
import type { Log } from '#server/kernel/log.ts';
import { type Engine, type EngineProgram, type EngineRole, launchEngine } from './engine.ts';
import { type EngineListener, listenForEngines } from './listener.ts';
import type { ProgressLimits } from './progress-watch.ts';

export interface LauncherOptions {
  config: Pick<Config, 'root' | 'home' | 'python' | 'inherited'>;
  log: Log;
  /** How long an engine may be silent while it has work; defaults for what is absent. */
  limits?: Partial<ProgressLimits>;
}

export interface Launcher {
  /** An engine process without a model. Errors: engine_unavailable. */
  launch(role: EngineRole): Promise<Engine>;
  close(): Promise<void>;
}

/** Spawns engines that connect to one socket, which opens with the first of them. */
export function createLauncher({ config, log, limits = {} }: LauncherOptions): Launcher {
  const folder = join(config.home, 'run');
  const program = engineProgram(config, join(folder, 'tmp'));
  let listening: Promise<EngineListener> | null = null;

  const listen = () => {
    // What engines of a killed daemon left behind.
    rmSync(program.temporary, { recursive: true, force: true });
    return listenForEngines({ folder, log });
  };

  return {
    async launch(role) {
      listening ??= listen();
      return launchEngine({ program, listener: await listening, log, role, limits });
    },
    close: async () => (await listening)?.close(),
  };
}

function engineProgram(config: LauncherOptions['config'], temporary: string): EngineProgram {
  const preload = join(config.root, '.runtime', 'lib', 'libmlxcode_openblas.so');
  return {
    python: config.python,
    folder: join(config.root, 'python'),
    preload: process.platform === 'linux' && existsSync(preload) ? preload : null,
    temporary,
    environment: config.inherited,
  };
}
