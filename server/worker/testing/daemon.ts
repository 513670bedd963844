import { readdirSync, readFileSync } from 'node:fs';
import { readConfig } from '#server/kernel/config.ts';
import { createLog } from '#server/kernel/log.ts';
import { createEnginePool } from '../pool.ts';
import { endless } from './engines.ts';

// A daemon in small: owns an engine in the middle of an answer, and a spare, until it is killed.
const [home = '', path = ''] = process.argv.slice(2);
const config = readConfig({ args: ['--home', home] });
const pool = createEnginePool({ config, log: createLog({ level: 'warn' }) });
const { client } = await pool.acquire({ id: 'guide', path, memoryBytes: null });
const messages = [{ role: 'user' as const, content: 'Hello' }];
const events = client.generate({ row: 'r', messages, sampling: endless });
await events.next();
process.send?.({ pids: childrenOf(process.pid) });

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => parentOf(pid) === parent).map(Number);
}

function parentOf(pid: string): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return null;
  }
}
