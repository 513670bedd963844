import type { Context } from 'hono';
import { ulid } from 'ulid';
import type {
  Admission,
  GenerationRequest,
  Generations,
  GenerationState,
} from '#server/generation/generation.ts';
import { toAppError } from '#server/kernel/errors.ts';
import { programErrorBody } from '#server/kernel/http.ts';
import type { Log } from '#server/kernel/log.ts';
import { type ChoiceEvent, type Choices, startChoices } from './choices.ts';
import { comment, DONE, event, eventStream } from './event-stream.ts';
import { onHangUp } from './hang-up.ts';
import { type Ended, fingerprintOf, receiptOf, usageOf } from './receipts.ts';
import { type AnswerShape, gather } from './shape.ts';

/** A request that was understood: what is generated, and how it is told. */
export interface Asked {
  /** One for each answer, without its id; answers to the same prompt lie together. */
  requests: Omit<GenerationRequest, 'id'>[];
  answersPerPrompt: number;
  modelId: string;
  oneCall: boolean;
  stream: boolean;
  includeUsage: boolean;
  shape: AnswerShape;
}

interface Surroundings {
  generations: Generations;
  log: Log;
  /** Told of what runs, so that it ends with the key it was asked by. Returns the end of that. */
  watch(choices: Choices): () => void;
}

/** Generates and tells. Errors: whatever the engine refuses before the first token, as a status. */
export async function answer(c: Context, asked: Asked, around: Surroundings): Promise<Response> {
  const id = ulid();
  const requests = asked.requests.map((request, index) => ({ ...request, id: `${id}.${index}` }));
  const choices = startChoices({ generations: around.generations, requests, oneCall: asked.oneCall });
  const left = onHangUp(c, choices.stop);
  const over = around.watch(choices);
  try {
    const events = choices.read();
    // A refusal comes before the first admission, when the status can still tell it.
    const first = await events.next();
    const telling = new Telling(asked, id, first.value);
    if (asked.stream)
      return eventStream(telling.stream(joined(first, events), { log: around.log, over }), () => {
        left();
        over();
      });
    const whole = await telling.whole(joined(first, events));
    over();
    return c.json(whole);
  } catch (error) {
    over();
    throw error;
  }
}

async function* joined(
  first: IteratorResult<ChoiceEvent, void>,
  rest: AsyncGenerator<ChoiceEvent, void>,
): AsyncGenerator<ChoiceEvent, void> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/** Puts what the choices report into OpenAI's words. */
class Telling {
  readonly #asked: Asked;
  readonly #base: { id: string; created: number; model: string; system_fingerprint: string | null };
  readonly #ended: Ended[] = [];

  constructor(asked: Asked, id: string, first: ChoiceEvent | void) {
    const admission: Admission | null = first?.type === 'admitted' ? first.admission : null;
    this.#asked = asked;
    this.#base = {
      id: `${asked.shape.idPrefix}${id}`,
      created: Math.floor(Date.now() / 1000),
      model: asked.modelId,
      system_fingerprint: admission && fingerprintOf(admission),
    };
  }

  /** The body of an answer that is told at once. */
  async whole(events: AsyncIterable<ChoiceEvent>): Promise<object> {
    const { shape, requests } = this.#asked;
    const gathered = requests.map(gather);
    for await (const event of events) {
      if (event.type === 'delta') gathered[event.index]?.add(event.delta);
      if (event.type === 'finished') this.#ended[event.index] = event;
    }
    const choices = this.#ended.map(({ result }, index) => ({
      index,
      ...(gathered[index] && shape.whole(gathered[index].whole(result))),
    }));
    const receipts = this.#ended.map(receiptOf);
    return {
      ...{ ...this.#base, object: shape.object, choices, usage: this.#usage() },
      mlx_code: { ...receipts[0], ...(receipts.length > 1 ? { choices: receipts } : {}) },
    };
  }

  /** The lines of an answer that is told as it is written. A failure is the last event, without [DONE]. */
  async *stream(
    events: AsyncGenerator<ChoiceEvent, void>,
    { log, over }: { log: Log; over(): void },
  ): AsyncGenerator<string, void> {
    try {
      for await (const happened of events) yield* this.#lines(happened);
      if (this.#asked.includeUsage) yield this.#chunk([], { usage: this.#usage() });
      yield DONE;
    } catch (error) {
      const failure = toAppError(error);
      if (failure.code === 'internal') log.error({ err: error }, 'an answer of /v1 failed');
      yield event(programErrorBody(failure));
    } finally {
      over();
    }
  }

  *#lines(happened: ChoiceEvent): Generator<string> {
    const { shape } = this.#asked;
    switch (happened.type) {
      case 'admitted':
        if (shape.opening) yield this.#chunk([{ index: happened.index, ...shape.opening }]);
        break;
      case 'waiting':
        yield comment(words(happened.state));
        break;
      case 'delta': {
        const piece = shape.piece(happened.delta);
        if (piece) yield this.#chunk([{ index: happened.index, ...piece }]);
        break;
      }
      case 'finished': {
        const { index, result } = happened;
        this.#ended[index] = happened;
        const choice = { index, ...shape.ending(result.finishReason) };
        yield this.#chunk([choice], { mlx_code: receiptOf(happened) });
      }
    }
  }

  #chunk(choices: object[], more: object = {}): string {
    const usage = this.#asked.includeUsage ? { usage: null } : {};
    return event({ ...this.#base, object: this.#asked.shape.chunkObject, choices, ...usage, ...more });
  }

  #usage() {
    return usageOf(this.#ended, this.#asked.answersPerPrompt);
  }
}

function words(state: GenerationState): string {
  switch (state.phase) {
    case 'prefill':
      return `prefill ${state.done}/${state.total}`;
    case 'restarting':
      return `restarting: ${state.reason}`;
    case 'queued':
    case 'loading':
    case 'answering':
      return state.phase;
  }
}
