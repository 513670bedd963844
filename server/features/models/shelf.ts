import type { Job } from '#server/kernel/jobs.ts';
import type { PoolMemory, ResidentModel } from '#server/worker/pool.ts';
import { MIN_BUDGET_BYTES } from '#server/worker/policy.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Memory, Model, Resident } from './contract.ts';
import recommended from './recommended.json' with { type: 'json' };
import { ENGINE_BYTES, RESERVED_TOKENS } from './weigh.ts';

// What the catalog, the pool and the jobs hold, in the words of the contract.

export const GUIDE = 'guide';
const GUIDE_NOTE = 'Guide (built in): answers questions about MLX Code. Load a model for real coding.';
const BUILT_IN_NAMES: Record<string, string> = {
  [GUIDE]: 'Guide (built in)',
  'guide-small': 'Guide small (built in)',
};

export interface Machine {
  budgetBytes: number;
  /** Whether engines here widen half and quantized weights to float32 when memory allows. */
  widens: boolean;
  pinned: ReadonlySet<string>;
  /** What this machine holds of a model: less of one that runs over several. */
  bytesHere(modelId: string, wholeBytes: number): number;
}

/** The draft model that was chosen for a model, and those that suit it. */
interface Drafts {
  chosen: string | null;
  candidates: string[];
}

export function showModel(entry: CatalogEntry, machine: Machine, drafts: Drafts): Model {
  const { verdict } = entry;
  const bytes = verdict.memoryBytes === null ? null : machine.bytesHere(entry.id, verdict.memoryBytes);
  return {
    id: entry.id,
    name: nameOf(entry),
    path: entry.path,
    source: entry.source,
    usable: verdict.usable,
    problem: verdict.problem,
    architecture: verdict.architecture,
    parameters: verdict.parameters,
    quantization: verdict.quantization,
    context_window: verdict.contextWindow,
    size_bytes: verdict.sizeBytes,
    memory_bytes: bytes,
    fits: bytes === null ? null : bytes <= machine.budgetBytes,
    note: noteOf(entry, machine),
    pinned: machine.pinned.has(entry.id),
    draft_model_id: drafts.chosen,
    draft_candidates: drafts.candidates,
  };
}

export function nameOf(entry: Pick<CatalogEntry, 'id' | 'name' | 'source'>): string {
  return entry.source === 'built_in' ? (BUILT_IN_NAMES[entry.id] ?? entry.name) : entry.name;
}

function noteOf({ source, verdict }: CatalogEntry, machine: Machine): string | null {
  if (source === 'built_in') return GUIDE_NOTE;
  const widened = verdict.widenedBytes;
  if (!verdict.usable || !machine.widens || widened === null) return null;
  return widened <= machine.budgetBytes
    ? `Widened to float32 on this CPU, which is many times faster; takes ${gigabytes(widened)} then.`
    : `Float32 would be many times faster on this CPU, but takes ${gigabytes(widened)}.`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}

export function showResident(model: ResidentModel): Resident {
  return {
    model_id: model.modelId,
    state: model.state,
    fraction: model.fraction,
    stage: model.stage,
    memory_bytes: model.memoryBytes,
    cache_bytes: model.cacheBytes,
    since: model.since,
    used_at: model.usedAt,
    leaves_at: model.leavesAt,
    pinned: model.pinned,
    active_rows: model.activeRows,
    crashes: model.crashes,
    dtype: model.receipt?.dtype ?? null,
    widened: model.receipt?.widened ?? null,
    context_window: model.receipt?.context_window ?? null,
    has_thinking: model.receipt?.has_thinking ?? null,
    has_tools: model.receipt?.has_tools ?? null,
    draft_parameters: model.receipt?.draft_parameters ?? null,
    hosts: model.hosts,
    error: model.error,
  };
}

export function showMemory(memory: PoolMemory): Memory {
  return {
    budget_bytes: memory.budgetBytes,
    default_budget_bytes: memory.defaultBudgetBytes,
    least_budget_bytes: MIN_BUDGET_BYTES,
    idle_minutes: memory.idleMs / 60_000,
    resident_bytes: memory.residentBytes,
    total_bytes: memory.totalBytes,
  };
}

/** Bits a weight takes in a 4-bit quantization with a 16-bit scale and bias per group of 64. */
const BITS_PER_WEIGHT = 4.5;

export function showRecommended(budgetBytes: number) {
  const models = recommended.models.map((model) => {
    const size = Math.round((model.parameters * BITS_PER_WEIGHT) / 8);
    const memory = size + RESERVED_TOKENS * model.kv_bytes_per_token + ENGINE_BYTES;
    return {
      repository: model.repository,
      name: model.name,
      size_bytes: size,
      memory_bytes: memory,
      quantization: '4-bit',
      why: model.why,
      fits: memory <= budgetBytes,
    };
  });
  return { as_of: recommended.as_of, models };
}

export function showJob(job: Job) {
  const { id, kind, title, status, done, total, rate, secondsLeft, error } = job;
  return { id, kind, title, status, done, total, rate, secondsLeft, error };
}
