import { residentMemory } from '#server/kernel/process-memory.ts';
import type { Resident } from './resident.ts';

/** What one engine holds. Bytes; null when it could not be asked. MLX counts its own arrays, the system all of it. */
export interface EngineMeasure {
  modelId: string;
  pid: number;
  processBytes: number | null;
  /** Arrays in use, the most they ever were, and freed ones that MLX keeps for the next. */
  activeBytes: number | null;
  peakBytes: number | null;
  cacheBytes: number | null;
}

/** Asks every engine that is ready. Never rejects; an engine answers between two of its steps. */
export async function measureEngines(
  residents: Iterable<Resident>,
  environment: Readonly<Record<string, string>>,
): Promise<EngineMeasure[]> {
  const ready = [...residents].flatMap(({ spec, supervisor: { status, engine } }) =>
    status.state === 'ready' && engine ? [{ modelId: spec.id, engine }] : [],
  );
  const [memory, pongs] = await Promise.all([
    residentMemory(
      ready.flatMap(({ engine }) => engine.pids()),
      environment,
    ),
    // An engine that dies while asked is told of by its supervisor.
    Promise.all(ready.map(({ engine }) => engine.client.ping().catch(() => null))),
  ]);
  return ready.map(({ modelId, engine }, index) => ({
    modelId,
    pid: engine.pid,
    processBytes: sum(engine.pids().map((pid) => memory.get(pid) ?? null)),
    activeBytes: pongs[index]?.activeBytes ?? null,
    peakBytes: pongs[index]?.peakBytes ?? null,
    cacheBytes: pongs[index]?.cacheBytes ?? null,
  }));
}

/** Null when none is known. */
function sum(parts: (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.reduce((total, part) => total + part, 0);
}
