import { createHash } from 'node:crypto';
import type {
  Admission,
  GenerationRequest,
  GenerationResult,
  Generations,
  GenerationSink,
  PromptMessage,
} from '#server/generation/generation.ts';
import { writeTokenIds } from '#server/generation/token-ids.ts';

interface Scripted {
  request: GenerationRequest;
  sink: GenerationSink;
  seq: number;
  pieces: { seq: number; text: string; reasoning: string }[];
  tokenIds: number[];
}

const PROMPT = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const USAGE = { prompt_tokens: 9, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 };
const TIMINGS = { queue: 0, load: 0, prefill: 0.01, first_token: 0.02, decode: 0.1, tokens_per_second: 10 };

/**
 * Generations whose every step a test decides, for orders of events that a real engine gives only by luck.
 * A token is a character here, and its id the character's code.
 */
export function createScriptedGenerations(contextWindow = 4096) {
  const runs = new Map<string, Scripted>();
  const started: GenerationRequest[] = [];
  const forgotten: (readonly Buffer[] | 'all')[] = [];
  let countGate: Promise<void> = Promise.resolve();

  const run = (id: string) => {
    const found = runs.get(id);
    if (!found) throw new Error(`nothing runs for ${id}`);
    return found;
  };

  const script = {
    started,
    /** Prompts that were to be deleted from the disk. */
    forgotten,
    admit: (id: string, modelHash = 'hash-1', more: Partial<Admission> = {}) =>
      run(id).sink.admitted({
        promptTokens: 9,
        seed: 7,
        modelHash,
        templateHash: null,
        promptHash: hashOf(PROMPT),
        promptTokenIds: PROMPT,
        versions: {
          engine: '1',
          mlx: '1',
          mlx_lm: '1',
          python: '3',
          device: 'cpu',
          blas: 'none',
          dtype: 'f',
        },
        ...more,
      }),
    /** A delta that is journaled at once. */
    say: (id: string, text: string, reasoning = '') => {
      const { sink, pieces, tokenIds, ...rest } = run(id);
      const seq = rest.seq + 1;
      const ids = [...reasoning, ...text].map((character) => character.codePointAt(0) ?? 0);
      tokenIds.push(...ids);
      pieces.push({ seq, text, reasoning });
      run(id).seq = seq;
      const said = { text, reasoning, tokenIds: ids, toolCalls: [], logprobs: [] };
      const delta = { seq, ...said, tokens: tokenIds.length };
      sink.delta(delta);
      return { journal: () => sink.journal(delta) };
    },
    finish: (id: string, result: Partial<GenerationResult> = {}) => {
      const { sink, tokenIds } = run(id);
      runs.delete(id);
      const usage = { ...USAGE, completion_tokens: tokenIds.length };
      const ended = {
        usage,
        timings: TIMINGS,
        cache: null,
        toolCalls: [],
        speculation: null,
        seed: 7,
        error: null,
      } satisfies Partial<GenerationResult>;
      sink.finished({ ...ended, finishReason: 'stop', ...result });
    },
    interrupt: (id: string) => run(id).sink.interrupted('killed'),
    /** Counts wait until the returned function is called. */
    holdCounts: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      countGate = promise;
      return resolve;
    },
  };

  const generations: Generations = {
    start(request, sink) {
      started.push(request);
      runs.set(request.id, {
        request,
        sink,
        seq: request.resume?.seq ?? 0,
        pieces: [],
        tokenIds: [...(request.resume?.tokenIds ?? [])],
      });
      sink.state({ phase: 'queued', position: 0 });
    },
    stop(id) {
      if (!runs.has(id)) return false;
      script.finish(id, { finishReason: 'cancelled' });
      return true;
    },
    running: (id) => runs.has(id),
    live(id, after) {
      const found = runs.get(id);
      if (!found) return undefined;
      const missed = found.pieces.filter((piece) => piece.seq > after);
      return {
        seq: found.seq,
        text: missed.map((piece) => piece.text).join(''),
        reasoning: missed.map((piece) => piece.reasoning).join(''),
        toolCalls: [],
        tokens: found.tokenIds.length,
        state: { phase: 'answering' },
      };
    },
    async count(_, messages: PromptMessage[], text = '') {
      await countGate;
      const perMessage = messages.map((message) => message.content.length);
      const tokens = perMessage.reduce((sum, length) => sum + length, 3);
      return { tokens, perMessage, textTokens: text.length, contextWindow };
    },
    forgetPrompts: async (prompts) => void forgotten.push(prompts),
    close: async () => undefined,
  };
  return { ...script, generations };
}

/** As the engine hashes a prompt. */
function hashOf(ids: readonly number[]): string {
  return `sha256:${createHash('sha256').update(writeTokenIds(ids)).digest('hex')}`;
}
