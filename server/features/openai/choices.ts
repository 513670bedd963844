import type {
  Admission,
  Delta,
  GenerationRequest,
  GenerationResult,
  Generations,
  GenerationSink,
  GenerationState,
} from '#server/generation/generation.ts';
import { AppError } from '#server/kernel/errors.ts';

/** What the generations behind one request report. `index` numbers them from 0. */
export type ChoiceEvent =
  | { type: 'admitted'; index: number; admission: Admission }
  /** Something to say while nothing is written yet. */
  | { type: 'waiting'; state: GenerationState }
  | { type: 'delta'; index: number; delta: Delta }
  | { type: 'finished'; index: number; result: GenerationResult; interruptions: number };

/** The answers to one request, read together. */
export interface Choices {
  /**
   * Once. Reading slowly pauses the rows. Errors: the first failure of any of them, which ends the others; the
   * reason given to `stop`; engine_unavailable when a model was unloaded under its answer.
   */
  read(): AsyncGenerator<ChoiceEvent, void>;
  /** Ends what still runs, at the engine's next step. */
  stop(reason: AppError): void;
}

interface ChoicesOptions {
  generations: Generations;
  requests: GenerationRequest[];
  /** Whether an answer ends after its first tool call. */
  oneCall: boolean;
}

/** Tokens that may wait here for the client before rows are held back. */
const MOST_WAITING_TOKENS = 64;
/** A client that reads nothing for so long is gone, whatever its connection says. Milliseconds. */
const STALLED_MS = 10 * 60_000;

/** Starts all of them at once; identical prompts are prefilled once by the engine. */
export function startChoices({ generations, requests, oneCall }: ChoicesOptions): Choices {
  const waiting: ChoiceEvent[] = [];
  const open = new Set(requests.map(({ id }) => id));
  let tokens = 0;
  let failure: AppError | null = null;
  let wake = () => {};
  let drained: { promise: Promise<void>; settle: () => void } | null = null;

  const stop = (reason: AppError) => {
    failure ??= reason;
    drained?.settle();
    for (const id of open) generations.stop(id);
    wake();
  };
  const push = (event: ChoiceEvent) => {
    const last = waiting.at(-1);
    if (event.type === 'waiting' && last?.type === 'waiting') last.state = event.state;
    else waiting.push(event);
    if (event.type === 'delta') tokens += event.delta.tokenIds.length;
    wake();
  };
  const ready = () => {
    if (tokens <= MOST_WAITING_TOKENS || failure) return undefined;
    drained ??= untilDrained(() => stop(new AppError('timeout', 'The answer was not read for ten minutes.')));
    return drained.promise;
  };
  const take = () => {
    const event = waiting.shift();
    if (event?.type === 'delta') tokens -= event.delta.tokenIds.length;
    if (tokens <= MOST_WAITING_TOKENS / 4) {
      drained?.settle();
      drained = null;
    }
    return event;
  };
  const sinkOf = (id: string, index: number): GenerationSink => {
    const tell = (event: ChoiceEvent) => {
      if (event.type === 'finished') open.delete(id);
      push(event);
    };
    const sink = createSink({ index, tell, ready });
    return oneCall ? endAfterFirstCall(sink, () => generations.stop(id)) : sink;
  };

  try {
    for (const [index, request] of requests.entries()) generations.start(request, sinkOf(request.id, index));
  } catch (error) {
    stop(new AppError('engine_unavailable', 'The daemon is stopping.'));
    throw error;
  }

  return {
    stop,
    async *read() {
      try {
        for (let finished = 0; finished < requests.length; ) {
          if (failure) throw failure;
          const event = take();
          if (event === undefined) {
            await new Promise<void>((resolve) => (wake = resolve));
            continue;
          }
          if (event.type === 'finished') {
            refuseBroken(event.result);
            finished += 1;
          }
          yield event;
        }
      } finally {
        if (open.size > 0) stop(new AppError('conflict', 'The answer is not wanted any more.'));
      }
    },
  };
}

interface SinkOptions {
  index: number;
  tell(event: ChoiceEvent): void;
  ready: NonNullable<GenerationSink['ready']>;
}

/** Nothing of it is kept: the journal goes nowhere. */
function createSink({ index, tell, ready }: SinkOptions): GenerationSink {
  let admitted = false;
  let interruptions = 0;
  return {
    admitted(admission) {
      admitted = true;
      tell({ type: 'admitted', index, admission });
    },
    state(state) {
      if (admitted && state.phase !== 'answering') tell({ type: 'waiting', state });
    },
    delta: (delta) => tell({ type: 'delta', index, delta }),
    ready,
    journal: () => undefined,
    interrupted() {
      interruptions += 1;
    },
    finished: (result) => tell({ type: 'finished', index, result, interruptions }),
  };
}

/** For `parallel_tool_calls: false`: a second call is the end of the answer, and is left out. */
function endAfterFirstCall(sink: GenerationSink, stop: () => void): GenerationSink {
  const first = { id: '', name: '', arguments: '' };
  let second = false;
  return {
    ...sink,
    delta(delta) {
      if (second) return;
      const calls = delta.toolCalls.filter(({ index }) => index === 0);
      for (const { id = '', name = '', arguments: written } of calls) {
        first.id += id;
        first.name += name;
        first.arguments += written;
      }
      second = calls.length < delta.toolCalls.length;
      if (second) stop();
      sink.delta({ ...delta, toolCalls: calls });
    },
    finished(result) {
      if (!second) sink.finished({ ...result, toolCalls: result.toolCalls.slice(0, 1) });
      else sink.finished({ ...result, finishReason: 'tool_calls', error: null, toolCalls: [first] });
    },
  };
}

function refuseBroken({ error, finishReason }: GenerationResult): void {
  if (error) throw new AppError(error.code, error.message, { details: inOurNames(error.details) });
  if (finishReason !== 'cancelled') return;
  const message = 'The answer was cut: its model was unloaded, or the daemon is stopping.';
  throw new AppError('engine_unavailable', message);
}

/** The engine names its own parameters: `sampling.logit_bias`, `constraint`. */
function inOurNames(details: Record<string, unknown> | undefined): Record<string, unknown> {
  const name = details?.parameter;
  if (typeof name !== 'string') return { ...details };
  return { ...details, param: name === 'constraint' ? 'response_format' : name.replace(/^sampling\./, '') };
}

function untilDrained(stalled: () => void) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(stalled, STALLED_MS).unref();
  const settle = () => {
    clearTimeout(timer);
    resolve();
  };
  return { promise, settle };
}
