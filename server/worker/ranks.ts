import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type Hosts, isHere } from '#server/kernel/hosts.ts';
import type { Log } from '#server/kernel/log.ts';
import type { spawnProcess } from '#server/kernel/spawn.ts';

/** What python/mlx_worker/launch.py reads as its first line. */
export interface RankPlan {
  backend: Hosts['backend'];
  hosts: Hosts['hosts'];
  envs: string[];
  port: number;
  /** Of the other machines. */
  python: string;
  folder: string;
}

/** What an engine of several processes tells of them. */
export interface RankWatch {
  /** Process ids on this machine, rank 0 first; empty before they started. */
  pids(): number[];
  /** Resolves when nothing more is told: which rank ended first, completing "The engine ...", or null. */
  ended: Promise<string | null>;
}

type Child = ReturnType<typeof spawnProcess>;

const Line = z.union([
  z.object({
    started: z.array(z.object({ rank: z.int(), host: z.string(), pid: z.int(), local: z.boolean() })),
  }),
  z.object({ ended: z.object({ rank: z.int(), host: z.string(), reason: z.string() }) }),
]);

/** Ports of one engine: as many as hosts, and the next engine's after them. */
const PORTS = 64;

/** Gives each engine that runs over the hosts ports of its own. */
export function createRankPlans(hosts: Hosts | undefined, here: { python: string; folder: string }) {
  const taken = new Set<number>();
  return {
    /** Null for a model that runs in one process. Call `free` when its engine is gone. */
    plan(modelId: string): { plan: RankPlan; free(): void } | null {
      if (!hosts?.models.includes(modelId)) return null;
      let slot = 0;
      while (taken.has(slot)) slot += 1;
      taken.add(slot);
      const { backend, envs, python = here.python, folder = here.folder } = hosts;
      const plan = { backend, hosts: hosts.hosts, envs, port: hosts.port + slot * PORTS, python, folder };
      return { plan, free: () => void taken.delete(slot) };
    },
  };
}

/** Names of the machines that a model runs over, one a rank; empty for one that runs in one process. */
export function hostsOf(hosts: Hosts | undefined, modelId: string): string[] {
  return hosts?.models.includes(modelId) ? hosts.hosts.map(({ ssh }) => ssh) : [];
}

/** How much of a model this machine holds, as ranks of all ranks. */
export function shareHere(hosts: Hosts | undefined, modelId: string): { ranks: number; of: number } {
  if (!hosts?.models.includes(modelId)) return { ranks: 1, of: 1 };
  return { ranks: hosts.hosts.filter(isHere).length, of: hosts.hosts.length };
}

/** Gives the launcher its plan and listens to what it tells. Its standard input stays open: its end ends the ranks. */
export function watchRanks(launcher: Child, plan: RankPlan, log: Log): RankWatch {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let pids: number[] = [];
  let reason: string | null = null;
  launcher.stdin?.write(`${JSON.stringify(plan)}\n`);
  if (!launcher.stdout) return { pids: () => pids, ended: Promise.resolve(null) };
  const reader = createInterface({ input: launcher.stdout });
  reader.on('line', (text) => {
    const line = readLine(text);
    if (!line) log.warn({ text: text.slice(0, 200) }, 'a line of the launcher is not understood');
    else if ('started' in line) {
      pids = line.started.filter(({ local }) => local).map(({ pid }) => pid);
      log.info({ ranks: line.started }, 'the ranks of an engine started');
    } else reason = `lost rank ${line.ended.rank} on ${line.ended.host}, which ${line.ended.reason}`;
  });
  reader.once('close', () => resolve(reason));
  return { pids: () => pids, ended: promise };
}

function readLine(text: string): z.infer<typeof Line> | null {
  try {
    return Line.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
