import { readFileSync } from 'node:fs';
import { runProcess } from './spawn.ts';

const PS_LIMIT_MS = 2_000;

/** Resident memory of processes in bytes, by process id; one that has ended is left out. Never rejects. */
export async function residentMemory(
  pids: number[],
  environment: Readonly<Record<string, string>>,
): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map();
  if (process.platform === 'linux') return new Map(pids.flatMap(readStatus));
  try {
    const { stdout } = await runProcess({
      command: 'ps',
      args: ['-o', 'pid=,rss=', '-p', pids.join(',')],
      env: environment,
      timeout: PS_LIMIT_MS,
    });
    return new Map(readTable(stdout));
  } catch {
    // Without `ps` the figure is missing, which is what an empty map says.
    return new Map();
  }
}

/** A read of /proc takes some 20 microseconds, less than handing it to another thread. */
function readStatus(pid: number): [number, number][] {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? [] : [[pid, Number(kilobytes) * 1024]];
  } catch {
    return [];
  }
}

/** Lines of process id and kilobytes, as `ps` prints them. */
export function readTable(text: string): [number, number][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, kilobytes]): [number, number][] =>
      pid !== undefined && kilobytes !== undefined && Number.isFinite(kilobytes)
        ? [[pid, kilobytes * 1024]]
        : [],
    );
}
