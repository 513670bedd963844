import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#server/kernel/config.ts';
import type { Log } from '#server/kernel/log.ts';
import { type Engine, type EngineProgram, type EngineRole, launchEngine } from './engine.ts';
import { type EngineListener, listenForEngines } from './listener.ts';
import type { ProgressLimits } from './progress-watch.ts';
import { createRankPlans, type RankPlan } from './ranks.ts';

export interface LauncherOptions {
  config: Pick<Config, 'root' | 'home' | 'python' | 'inherited' | 'hosts'>;
  log: Log;
  /** How long an engine may be silent while it has work; defaults for what is absent. */
  limits?: Partial<ProgressLimits>;
}

export interface Launcher {
  /** An engine process without a model. Errors: engine_unavailable. */
  launch(role: EngineRole): Promise<Engine>;
  /** An engine for this model over the ranks of the hosts setting, or null for one of a single process. */
  launchRanks(modelId: string): Promise<Engine> | null;
  close(): Promise<void>;
}

/** Spawns engines that connect to one socket, which opens with the first of them. */
export function createLauncher({ config, log, limits = {} }: LauncherOptions): Launcher {
  const folder = join(config.home, 'run');
  const program = engineProgram(config, join(folder, 'tmp'));
  const plans = createRankPlans(config.hosts, { python: config.python, folder: program.folder });
  let listening: Promise<EngineListener> | null = null;

  const listen = () => {
    // What engines of a killed daemon left behind.
    rmSync(program.temporary, { recursive: true, force: true });
    return listenForEngines({ folder, log });
  };

  const launch = async (role: EngineRole, ranks?: RankPlan) => {
    listening ??= listen();
    return launchEngine({
      program,
      listener: await listening,
      log,
      role,
      limits,
      ...(ranks ? { ranks } : {}),
    });
  };

  return {
    launch: (role) => launch(role),
    launchRanks(modelId) {
      const planned = plans.plan(modelId);
      if (!planned) return null;
      const engine = launch('decode', planned.plan);
      void freeAfter(engine, planned.free);
      return engine;
    },
    close: async () => (await listening)?.close(),
  };
}

async function freeAfter(engine: Promise<Engine>, free: () => void): Promise<void> {
  try {
    await (await engine).exit;
  } catch {
    // It never started; whoever launched it was told.
  } finally {
    free();
  }
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
