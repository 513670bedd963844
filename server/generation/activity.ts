import type { EngineMeasure } from '#server/worker/measure.ts';
import type { EnginePool } from '#server/worker/pool.ts';
import type { GenerationResult, GenerationState } from './generation.ts';

/** An answer that is queued, prefilled or written. */
export interface RunningAnswer {
  id: string;
  modelId: string;
  state: GenerationState;
}

/** An answer that has ended. `at` in milliseconds since 1970. */
export interface EndedAnswer extends Pick<GenerationResult, 'finishReason' | 'usage' | 'timings'> {
  id: string;
  modelId: string;
  at: number;
}

/** Since the daemon started: completion tokens, and the milliseconds in which they arrived. */
export interface DecodeTotals {
  tokens: number;
  ms: number;
}

/** What generations do and engines hold, for whoever measures. Counting costs two additions a delta. */
export interface Activity {
  running(): RunningAnswer[];
  /** All models together: the time counts once when two write at once. */
  total(): DecodeTotals;
  byModel(): ReadonlyMap<string, DecodeTotals>;
  /** An answer was asked for. Returns the listener's own removal. */
  onStart(listener: () => void): () => void;
  onEnd(listener: (answer: EndedAnswer) => void): () => void;
  /** Bytes of the budget, and what each model in memory has reserved; a busy or pinned one stays. */
  memory(): { budgetBytes: number; models: { modelId: string; memoryBytes: number; stays: boolean }[] };
  /** Never rejects; takes as long as the slowest engine's step. */
  engines(): Promise<EngineMeasure[]>;
}

/** One run's way to be counted. */
export interface RunObserver {
  state(state: GenerationState): void;
  delta(tokens: number): void;
  ended(result: GenerationResult): void;
}

export interface ActivityOwner extends Activity {
  observe(run: Pick<RunningAnswer, 'id' | 'modelId'>): RunObserver;
}

export function createActivity(pool: Pick<EnginePool, 'measure' | 'memory' | 'list'>): ActivityOwner {
  const running = new Set<RunningAnswer>();
  const startListeners = new Set<() => void>();
  const endListeners = new Set<(answer: EndedAnswer) => void>();
  const total = createClock();
  const models = new Map<string, Clock>();

  const clockOf = (modelId: string) => {
    const clock = models.get(modelId) ?? createClock();
    models.set(modelId, clock);
    return clock;
  };

  const listen = <Listener>(listeners: Set<Listener>, listener: Listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  const stopClocks = (modelId: string) => {
    const writing = [...running].filter(({ state }) => state.phase === 'answering');
    if (writing.length === 0) total.stop();
    if (!writing.some((other) => other.modelId === modelId)) models.get(modelId)?.stop();
  };

  return {
    running: () => [...running],
    total: () => total.totals,
    byModel: () => new Map(Array.from(models, ([id, { totals }]) => [id, totals])),
    onStart: (listener) => listen(startListeners, listener),
    onEnd: (listener) => listen(endListeners, listener),
    memory: () => ({
      budgetBytes: pool.memory().budgetBytes,
      models: pool.list().map(({ modelId, memoryBytes, pinned, activeRows }) => ({
        ...{ modelId, memoryBytes },
        stays: pinned || activeRows > 0,
      })),
    }),
    engines: () => pool.measure(),
    observe({ id, modelId }) {
      const run: RunningAnswer = { id, modelId, state: { phase: 'queued', position: 0 } };
      running.add(run);
      for (const tell of startListeners) tell();
      return {
        state(state) {
          run.state = state;
          if (state.phase !== 'answering') stopClocks(modelId);
        },
        delta(tokens) {
          total.count(tokens);
          clockOf(modelId).count(tokens);
        },
        ended({ finishReason, usage, timings }) {
          running.delete(run);
          stopClocks(modelId);
          const answer = { id, modelId, at: Date.now(), finishReason, usage, timings };
          for (const tell of endListeners) tell(answer);
        },
      };
    },
  };
}

type Clock = ReturnType<typeof createClock>;

/** Adds up the time between one arrival of tokens and the next, until it is stopped. */
function createClock() {
  const totals: DecodeTotals = { tokens: 0, ms: 0 };
  let last: number | null = null;
  return {
    totals,
    count(tokens: number) {
      const now = performance.now();
      if (last !== null) totals.ms += now - last;
      totals.tokens += tokens;
      last = now;
    },
    stop() {
      last = null;
    },
  };
}
