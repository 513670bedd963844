import type { LedgerEntry } from './ledger.ts';
import type { MemoryPolicy } from './policy.ts';
import type { LoadSpec, ResidentModel } from './pool.ts';
import type { Supervisor } from './supervisor.ts';

/** A model in the pool, with who needs it. Bytes, milliseconds. */
export interface Resident {
  spec: LoadSpec;
  /** The machines of its ranks; empty for one process. */
  hosts: string[];
  supervisor: Supervisor;
  reservedBytes: number;
  /** Of those, for caches of prompts; null before its first load. */
  cacheBytes: number | null;
  since: number;
  usedAt: number;
  waiters: number;
  leases: number;
  /** Asked for by `load`: its load goes on when nobody waits for it any more. */
  kept: boolean;
  /** Leaves when nobody uses it any more: it was loaded under another policy. */
  retiring: boolean;
}

/** Cancelled rows end within two steps; one that does not ends with its process. */
const CANCEL_GRACE_MS = 2_000;

/** Lets answers in progress end as `cancelled`, with what they have, before their engine goes. */
export async function cancelRows({ supervisor }: Resident): Promise<void> {
  const { engine } = supervisor;
  if (!engine || engine.client.activeRows() === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  engine.onRows(() => {
    if (engine.client.activeRows() === 0) resolve();
  });
  engine.client.cancelAll();
  const timer = setTimeout(resolve, CANCEL_GRACE_MS);
  await promise;
  clearTimeout(timer);
}

export function ledgerEntry(resident: Resident, { pinned }: MemoryPolicy): LedgerEntry {
  const { spec, supervisor, reservedBytes, usedAt } = resident;
  return {
    modelId: spec.id,
    // What is leaving makes room: a load waits until it is gone.
    memoryBytes: supervisor.status.state === 'stopping' ? 0 : reservedBytes,
    usedAt,
    pinned: pinned.has(spec.id),
    idle: isIdle(resident),
  };
}

/** When the model leaves unless it is used; null when it stays. Milliseconds since 1970. */
export function leavesAt(resident: Resident, { idleMs, pinned }: MemoryPolicy): number | null {
  const stays = idleMs === 0 || pinned.has(resident.spec.id) || !isIdle(resident);
  return stays ? null : resident.usedAt + idleMs;
}

/** Whether another draft model is wanted than the loaded one; a busy engine keeps its own until it is idle. */
export function hasOtherDraft(resident: Resident, wanted: LoadSpec): boolean {
  return resident.spec.draft?.path !== wanted.draft?.path && isIdle(resident);
}

function isIdle({ supervisor, leases, waiters }: Resident): boolean {
  return supervisor.status.state === 'ready' && leases + waiters === 0;
}

export function describeResident(resident: Resident, policy: MemoryPolicy): ResidentModel {
  const { spec, hosts, supervisor, reservedBytes, since, usedAt } = resident;
  const { state, fraction, stage, crashes, error } = supervisor.status;
  const { engine, receipt } = supervisor;
  return {
    modelId: spec.id,
    state,
    fraction,
    stage,
    pid: engine?.pid ?? null,
    hosts,
    device: engine?.client.hello.device ?? null,
    receipt,
    memoryBytes: reservedBytes,
    cacheBytes: resident.cacheBytes ?? 0,
    since,
    usedAt,
    leavesAt: leavesAt(resident, policy),
    pinned: policy.pinned.has(spec.id),
    activeRows: engine?.client.activeRows() ?? 0,
    crashes,
    error: error && { code: error.code, message: error.message },
  };
}

export function reservedBytes(residents: Iterable<Resident>): number {
  let total = 0;
  for (const resident of residents) total += resident.reservedBytes;
  return total;
}
