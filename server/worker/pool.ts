import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Config } from '#server/kernel/config.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { EngineClient, Hello } from './client.ts';
import type { EngineRole } from './engine.ts';
import { createLauncher, type Launcher, type LauncherOptions } from './launcher.ts';
import { createIdleTimer } from './idle-timer.ts';
import { cacheBytes, type LedgerEntry, makeRoom, residentBytes, unjudgedBytes } from './ledger.ts';
import { type EngineMeasure, measureEngines } from './measure.ts';
import { createNotices, type Notices } from './notices.ts';
import { checkPolicy, DEFAULT_POLICY, type MemoryPolicy } from './policy.ts';
import { createPromptCaches, type PromptCaches } from './prompt-caches.ts';
import type { LoadReceipt } from './protocol.ts';
import {
  cancelRows,
  describeResident,
  hasOtherDraft,
  leavesAt,
  ledgerEntry,
  type Resident,
  reservedBytes,
} from './resident.ts';
import { hostsOf, shareHere } from './ranks.ts';
import { createSpare, type Spare } from './spare.ts';
import { type Running, Supervisor } from './supervisor.ts';
import { createTurns } from './turns.ts';

/** What the pool needs to load a model: a directory and what it will cost. Bytes. */
export interface LoadSpec {
  id: string;
  path: string;
  memoryBytes: number | null;
  /** An embedder that lost the files which say so is loaded as one by its role. Default: what its files say. */
  role?: EngineRole;
  /** A small model with the same tokenizer that is loaded beside it and guesses ahead. */
  draft?: { path: string; memoryBytes: number } | null;
}

export type ResidentState = 'starting' | 'loading' | 'ready' | 'restarting' | 'stopping' | 'failed';

/** A model an engine holds or is loading. Milliseconds, bytes. */
export interface ResidentModel {
  modelId: string;
  state: ResidentState;
  fraction: number;
  stage: string;
  pid: number | null;
  /** The machines of its ranks, rank 0 first; empty when one process holds it all. */
  hosts: string[];
  device: Hello['device'] | null;
  receipt: LoadReceipt | null;
  memoryBytes: number;
  /** Of those, reserved for caches of prompts. */
  cacheBytes: number;
  since: number;
  /** Last asked for, or let go after an answer. */
  usedAt: number;
  /** When it leaves unless it is used; null while it is used, pinned, or idleness sends nobody away. */
  leavesAt: number | null;
  pinned: boolean;
  activeRows: number;
  crashes: number;
  error: { code: string; message: string } | null;
}

export interface LoadProgress {
  state: ResidentState;
  fraction: number;
  stage: string;
}

export interface LoadOptions {
  /** Leaves the wait; the load itself ends when nobody waits for it any more. */
  signal?: AbortSignal;
  onProgress?(progress: LoadProgress): void;
}

/** Keeps a model from being evicted until `release`. After an engine's death, release it and acquire again. */
export interface EngineLease {
  client: EngineClient;
  receipt: LoadReceipt;
  release(): void;
}

/** Bytes. `totalBytes` is the machine's (or the container's) memory, `budgetBytes` the share models may have. */
export interface PoolMemory {
  budgetBytes: number;
  /** The budget where nobody chose one. */
  defaultBudgetBytes: number;
  /** Milliseconds without use after which a model leaves; 0 for never. */
  idleMs: number;
  residentBytes: number;
  totalBytes: number;
}

/** The resident models: one engine process each, within one memory budget. */
export interface EnginePool {
  /** What engines left on the disk. */
  promptCaches: PromptCaches;
  /**
   * An engine with the model loaded: at once when resident, else after a load or a restart.
   * Errors: insufficient_memory (with the numbers), model_invalid, model_unsupported, engine_failed (it crashed
   * three times), engine_unavailable, conflict (unloaded meanwhile). Rejects with the signal's reason when aborted.
   */
  acquire(spec: LoadSpec, options?: LoadOptions): Promise<EngineLease>;
  /** Loads and keeps the model; also clears the crashes of one that was stopped. Errors: as `acquire`. */
  load(spec: LoadSpec, options?: LoadOptions): Promise<LoadReceipt>;
  /** Ends the model's process, answers in progress as `cancelled`. False when it was not resident. */
  unload(modelId: string): Promise<boolean>;
  list(): ResidentModel[];
  memory(): PoolMemory;
  /** What this machine holds of a model that needs `wholeBytes`: less of one that runs over several. */
  bytesHere(modelId: string, wholeBytes: number): number;
  policy(): MemoryPolicy;
  /** What each engine that is ready holds, as far as it can be asked. Never rejects. */
  measure(): Promise<EngineMeasure[]>;
  /**
   * Changes what is given, at once: what a smaller budget has no room for leaves, least recently used first.
   * Errors: invalid_request for a policy that makes no sense here; insufficient_memory when models that are pinned or
   * in use hold more than the budget. Nothing is changed then.
   */
  govern(change: Partial<MemoryPolicy>): void;
  /** Called after anything in `list` or `memory` changed; returns its own removal. */
  onChange(listener: () => void): () => void;
  /** Starts the pre-imported spare process, which hides a second of imports from the first load. */
  warmUp(): void;
  /** Ends every engine process. */
  close(): Promise<void>;
}

export interface EnginePoolOptions extends LauncherOptions {
  config: Pick<Config, 'root' | 'home' | 'python' | 'inherited' | 'memoryBudget' | 'hosts'>;
}

/** Share of the machine's memory that models may have, unless the config names bytes. */
const BUDGET_SHARE = 0.7;

/** Opens its socket and spawns nothing before the first call. */
export function createEnginePool(options: EnginePoolOptions): EnginePool {
  return new ResidentPool(options);
}

class ResidentPool implements EnginePool {
  readonly onChange: EnginePool['onChange'];
  readonly promptCaches: PromptCaches;
  readonly #cacheDir: string;
  readonly #options: EnginePoolOptions;
  readonly #totalBytes = machineMemory();
  readonly #defaultBudgetBytes: number;
  #policy: MemoryPolicy = DEFAULT_POLICY;
  readonly #residents = new Map<string, Resident>();
  readonly #notices: Notices = createNotices();
  readonly #loads = createTurns();
  readonly #launcher: Launcher;
  readonly #spare: Spare;
  readonly #idle = createIdleTimer({
    nextDue: () => this.#nextDue(),
    expire: () => this.#expire(),
  });
  #closed = false;

  constructor(options: EnginePoolOptions) {
    this.#options = options;
    this.#defaultBudgetBytes = options.config.memoryBudget || Math.floor(this.#totalBytes * BUDGET_SHARE);
    this.#cacheDir = join(options.config.home, 'cache', 'prompts');
    this.promptCaches = createPromptCaches(this.#cacheDir);
    this.#launcher = createLauncher(options);
    this.#spare = createSpare(() => this.#launcher.launch('decode'), options.log);
    this.onChange = this.#notices.onChange;
    this.onChange(this.#idle.arm);
  }

  async acquire(spec: LoadSpec, wanted: LoadOptions = {}): Promise<EngineLease> {
    const resident = await this.#find(spec, wanted);
    const { engine, receipt } = await this.#wait(resident, wanted);
    resident.leases += 1;
    let held = true;
    const release = () => {
      if (held) resident.leases -= 1;
      held = false;
      resident.usedAt = Date.now();
      this.#retire(resident);
      this.#notices.changed();
    };
    this.#notices.changed();
    return { client: engine.client, receipt, release };
  }

  async load(spec: LoadSpec, wanted: LoadOptions = {}): Promise<LoadReceipt> {
    if (this.#residents.get(spec.id)?.supervisor.status.state === 'failed') {
      await this.#remove(spec.id, 'loaded again');
    }
    const resident = await this.#find(spec, wanted);
    const { receipt } = await this.#wait(resident, wanted);
    resident.kept = true;
    this.#retire(resident);
    return receipt;
  }

  async unload(modelId: string): Promise<boolean> {
    const resident = this.#residents.get(modelId);
    if (!resident) return false;
    await cancelRows(resident);
    await this.#remove(modelId, 'unloaded');
    return true;
  }

  list(): ResidentModel[] {
    return Array.from(this.#residents.values(), (resident) => describeResident(resident, this.#policy));
  }

  memory(): PoolMemory {
    return {
      budgetBytes: this.#budgetBytes(),
      defaultBudgetBytes: this.#defaultBudgetBytes,
      idleMs: this.#policy.idleMs,
      residentBytes: reservedBytes(this.#residents.values()),
      totalBytes: this.#totalBytes,
    };
  }

  bytesHere(modelId: string, wholeBytes: number): number {
    const { ranks, of } = shareHere(this.#options.config.hosts, modelId);
    return Math.ceil((wholeBytes * ranks) / of);
  }

  policy(): MemoryPolicy {
    return this.#policy;
  }

  measure(): Promise<EngineMeasure[]> {
    return measureEngines(this.#residents.values(), this.#options.config.inherited);
  }

  govern(change: Partial<MemoryPolicy>): void {
    const policy = { ...this.#policy, ...change };
    checkPolicy(policy, this.#totalBytes);
    const evicted =
      change.budgetBytes === undefined
        ? []
        : makeRoom(0, policy.budgetBytes ?? this.#defaultBudgetBytes, this.#entries(policy));
    this.#policy = policy;
    for (const id of evicted) void this.#remove(id, 'evicted by a smaller memory budget');
    if (change.keepPromptCaches !== undefined || change.promptCacheBytes !== undefined) this.#retireAll();
    this.#notices.changed();
  }

  warmUp(): void {
    this.#spare.warm();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idle.stop();
    const ids = [...this.#residents.keys()];
    await Promise.all([
      this.#spare.close(),
      ...ids.map((id) => this.#remove(id, 'unloaded: the daemon stops')),
    ]);
    await this.#launcher.close();
  }

  async #find(spec: LoadSpec, { signal }: LoadOptions): Promise<Resident> {
    signal?.throwIfAborted();
    if (this.#closed) throw new AppError('engine_unavailable', 'The daemon is stopping.');
    const resident = this.#residents.get(spec.id);
    if (!resident) return this.#begin(spec);
    const { supervisor } = resident;
    const stays = supervisor.status.state !== 'stopping' && !supervisor.isForgiven();
    if (stays && !hasOtherDraft(resident, spec)) return resident;
    await this.#remove(spec.id, 'unloaded');
    return this.#find(spec, { signal });
  }

  /** Reserves the memory and starts the load. Errors: insufficient_memory, before anything is touched. */
  #begin(spec: LoadSpec): Resident {
    const hosts = hostsOf(this.#options.config.hosts, spec.id);
    // Ranks do without a draft model.
    const draftBytes = hosts.length > 0 ? 0 : (spec.draft?.memoryBytes ?? 0);
    const neededBytes = this.bytesHere(spec.id, spec.memoryBytes ?? unjudgedBytes(spec.path)) + draftBytes;
    const evicted = makeRoom(neededBytes, this.#budgetBytes(), this.#entries(this.#policy));
    for (const id of evicted) void this.#remove(id, 'evicted to make room for another model');
    const supervisor = this.#supervise(spec, () => resident);
    const now = Date.now();
    const resident: Resident = {
      spec,
      hosts,
      supervisor,
      reservedBytes: neededBytes,
      cacheBytes: null,
      since: now,
      usedAt: now,
      waiters: 0,
      leases: 0,
      kept: false,
      retiring: false,
    };
    this.#residents.set(spec.id, resident);
    supervisor.start();
    return resident;
  }

  #supervise(spec: LoadSpec, resident: () => Resident): Supervisor {
    const turn = this.#loads.enter();
    const { ranks } = shareHere(this.#options.config.hosts, spec.id);
    let limitBytes: number | null = null;
    return new Supervisor({
      spec,
      log: this.#options.log,
      caches: () => {
        const caches = this.#cachesOf(resident());
        return { ...caches, cacheLimitBytes: Math.floor(caches.cacheLimitBytes / ranks) };
      },
      changed: this.#notices.changed,
      launch: async (signal) => {
        await untilAborted(turn.granted, signal);
        await this.#departures(spec.id);
        signal.throwIfAborted();
        const engine = this.#launcher.launchRanks(spec.id);
        if (engine) return engine;
        return spec.role === 'embed' ? this.#launcher.launch('embed') : this.#spare.take();
      },
      // The same after a crash as at first, so that the weights are widened, or not, as before.
      memoryLimitBytes: () => {
        const { cacheLimitBytes } = this.#cachesOf(resident());
        const bytes = this.#freeBytes() + resident().reservedBytes - cacheLimitBytes;
        return (limitBytes ??= Math.floor(bytes / ranks));
      },
      loaded: (receipt) => {
        turn.leave();
        resident().reservedBytes = residentBytes(receipt) * ranks + (resident().cacheBytes ?? 0);
        this.#spare.warm();
      },
      failed: (error) => {
        turn.leave();
        this.#settleFailure(resident(), error);
      },
      stopped: turn.leave,
    });
  }

  /** The same memory after a crash as at first; the place as the policy says by then. */
  #cachesOf(resident: Resident) {
    if (resident.cacheBytes === null) {
      const neededBytes = resident.reservedBytes;
      resident.cacheBytes = cacheBytes({
        neededBytes,
        freeBytes: this.#freeBytes(),
        totalBytes: this.#totalBytes,
      });
      resident.reservedBytes += resident.cacheBytes;
    }
    const { keepPromptCaches, promptCacheBytes } = this.#policy;
    return {
      cacheLimitBytes: resident.cacheBytes,
      cacheDir: keepPromptCaches ? this.#cacheDir : null,
      cacheDirLimitBytes: promptCacheBytes,
    };
  }

  /** An engine cannot be told where to keep caches after its load: those loaded before leave, busy ones after their work. */
  #retireAll(): void {
    for (const resident of this.#residents.values()) {
      resident.retiring = true;
      this.#retire(resident);
    }
    this.#dropCaches();
  }

  #retire(resident: Resident): void {
    if (!resident.retiring || resident.leases + resident.waiters > 0) return;
    const gone = this.#remove(resident.spec.id, 'unloaded to follow a change of its settings');
    void gone.then(() => this.#dropCaches());
  }

  #dropCaches(): void {
    if (this.#policy.keepPromptCaches) return;
    this.promptCaches
      .clear()
      .catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'caches of prompts could not be deleted'),
      );
  }

  /** A model that crashed too often stays listed with its reason; a refused load leaves nothing behind. */
  #settleFailure(resident: Resident, error: AppError): void {
    resident.reservedBytes = 0;
    if (error.code !== 'engine_failed') this.#forget(resident);
  }

  async #wait(resident: Resident, { signal, onProgress }: LoadOptions): Promise<Running> {
    const { supervisor } = resident;
    const report = () => {
      const { state, fraction, stage } = supervisor.status;
      onProgress?.({ state, fraction, stage });
    };
    // Of a model that is there, nothing is to be reported, whatever changes elsewhere.
    const loading = supervisor.status.state !== 'ready';
    const stopReporting = loading ? this.#notices.onChange(report) : () => undefined;
    resident.waiters += 1;
    if (loading) report();
    try {
      return await untilAborted(supervisor.ready(), signal);
    } finally {
      stopReporting();
      resident.waiters -= 1;
      resident.usedAt = Date.now();
      if (signal?.aborted) this.#dropUnwanted(resident);
    }
  }

  #dropUnwanted({ spec, supervisor, waiters, leases, kept }: Resident): void {
    const { state } = supervisor.status;
    const unfinished = state === 'starting' || state === 'loading';
    if (unfinished && waiters + leases === 0 && !kept) void this.#remove(spec.id, 'not wanted any more');
  }

  async #remove(modelId: string, reason: string): Promise<void> {
    const resident = this.#residents.get(modelId);
    if (!resident) return;
    await resident.supervisor.stop(new AppError('conflict', `The model was ${reason}.`));
    this.#options.log.info({ model: modelId, reason }, 'a model left memory');
    this.#forget(resident);
  }

  #forget(resident: Resident): void {
    if (this.#residents.get(resident.spec.id) === resident) this.#residents.delete(resident.spec.id);
    this.#notices.changed();
  }

  /** Resolves when the models that are leaving have left. */
  async #departures(exceptId: string): Promise<void> {
    const leaving = [...this.#residents.values()].filter(
      ({ spec, supervisor }) => supervisor.status.state === 'stopping' && spec.id !== exceptId,
    );
    await Promise.all(leaving.map(({ spec }) => this.#remove(spec.id, 'unloaded')));
  }

  #freeBytes(): number {
    return this.#budgetBytes() - reservedBytes(this.#residents.values());
  }

  #budgetBytes(): number {
    return this.#policy.budgetBytes ?? this.#defaultBudgetBytes;
  }

  #entries(policy: MemoryPolicy): LedgerEntry[] {
    return Array.from(this.#residents.values(), (resident) => ledgerEntry(resident, policy));
  }

  #nextDue(): number | null {
    const due = Array.from(this.#residents.values(), (resident) => leavesAt(resident, this.#policy));
    const times = due.filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  #expire(): void {
    const now = Date.now();
    for (const resident of this.#residents.values()) {
      const due = leavesAt(resident, this.#policy);
      if (due !== null && due <= now) void this.#remove(resident.spec.id, 'unloaded after idleness');
    }
  }
}

/** Bytes; in a container, its limit. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem();
}

async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
