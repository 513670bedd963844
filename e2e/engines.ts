import { readdirSync, readFileSync } from 'node:fs';

/** Engine processes of a daemon: those of its descendants that run Python. */
export function engines(daemonPid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const isBelow = (pid: number): boolean =>
    pid === daemonPid || (parents.has(pid) && isBelow(parents.get(pid)!));
  return [...parents.keys()].filter((pid) => {
    if (pid === daemonPid || !isBelow(pid)) return false;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mlx_worker');
  });
}
