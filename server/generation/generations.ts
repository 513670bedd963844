import { AppError } from '#server/kernel/errors.ts';
import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { EnginePool } from '#server/worker/pool.ts';
import { type ActivityOwner, createActivity } from './activity.ts';
import type { Generations, PromptMessage, TokenCount } from './generation.ts';
import { createRowQueue } from './queue.ts';
import { Run } from './run.ts';

interface GenerationsOptions {
  engines: EnginePool;
  hooks: Hooks;
  log: Log;
  /** Hears of everything that runs. */
  activity?: ActivityOwner;
}

/** Rows that decode together on one engine; more wait, so that each keeps a readable speed. */
const ROWS_PER_MODEL = 16;

export function createGenerations(options: GenerationsOptions): Generations {
  const { engines, hooks, log, activity = createActivity(engines) } = options;
  const runs = new Map<string, { run: Run; ended: Promise<void> }>();
  const queue = createRowQueue(ROWS_PER_MODEL);
  let closed = false;

  const findModel = async (id: string): Promise<ModelEntry> => {
    for (const source of hooks.all('modelSource')) {
      const entry = await source.find(id);
      if (entry) return entry;
    }
    throw new AppError('not_found', `The model ${id} is not on this machine any more. Choose another.`);
  };

  /** A count changes nothing, so it may simply be asked again of the engine that comes after a death. */
  const count = async (modelId: string, messages: PromptMessage[], text?: string): Promise<TokenCount> => {
    const { id, path, memoryBytes, draft = null } = await findModel(modelId);
    for (let attempt = 1; ; attempt += 1) {
      const lease = await engines.acquire({ id, path, memoryBytes, draft });
      try {
        const counted = await lease.client.count(messages, text);
        return { ...counted, contextWindow: lease.receipt.context_window };
      } catch (error) {
        const died = error instanceof AppError && error.code === 'engine_unavailable';
        if (!died || attempt === 2) throw error;
      } finally {
        lease.release();
      }
    }
  };

  return {
    start(request, sink) {
      if (closed) throw new AppError('engine_unavailable', 'The daemon is stopping.');
      if (runs.has(request.id)) throw new AppError('conflict', 'This answer is already being written.');
      const over = () => runs.delete(request.id);
      const observer = activity.observe(request);
      const run = new Run({ request, sink, engines, queue, log, findModel, observer, over });
      runs.set(request.id, { run, ended: run.go() });
    },
    stop(id) {
      const found = runs.get(id);
      found?.run.stop();
      return found !== undefined;
    },
    running: (id) => runs.has(id),
    live(id, after) {
      const run = runs.get(id)?.run;
      if (!run) return undefined;
      const { stream, state } = run;
      return { seq: stream.seq(), ...stream.after(after), tokens: stream.tokens(), state };
    },
    count,
    async forgetPrompts(prompts) {
      if (prompts === 'all') await engines.promptCaches.clear();
      else await engines.promptCaches.forget(prompts);
    },
    async close() {
      closed = true;
      const open = [...runs.values()];
      for (const { run } of open) run.suspend();
      await Promise.all(open.map(({ ended }) => ended));
    },
  };
}
