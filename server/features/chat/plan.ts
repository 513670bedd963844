import type { Generations, TokenCount } from '#server/generation/generation.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import { Sampling } from '#server/worker/protocol.ts';
import type { Parameters } from './parameters.ts';
import type { MessageContext } from './context-store.ts';
import {
  hasEvidence,
  type PathMessage,
  promptOf,
  type PromptPart,
  type PromptWeight,
  weighPrompt,
  withoutContexts,
} from './prompt.ts';

/** Tokens an answer may have unless the person says otherwise. */
export const DEFAULT_MAX_TOKENS = 4096;
/** How long a send waits for an exact count before it answers without one. */
const QUICK_MS = 250;

export type Overflow = 'refuse' | 'drop_oldest';

export interface Prompt {
  parts: PromptPart[];
  dropped: { messages: number; tokens: number; contexts?: number } | null;
}

/** What a prompt is made of. `reserved`: tokens kept free for the answer. */
export interface PromptRequest {
  model: ModelEntry;
  systemPrompt: string;
  path: readonly PathMessage[];
  overflow: Overflow;
  reserved: number;
}

type Settled = { prompt: Prompt } | { error: AppError };

/** A prompt as far as it is decided. `counting` is there when the exact count was not known in time. */
export interface Plan extends PromptRequest, Prompt {
  counting: Promise<Settled> | undefined;
  /** What is still to be looked for before the prompt can be built, and the question that it is for. */
  wanted?: { messageId: string; context: MessageContext } | undefined;
}

/** The model with this id, or the fallback. Errors: not_found, model_unsupported for one that only embeds. */
export async function findModel(hooks: Hooks, id: string | null): Promise<ModelEntry> {
  for (const source of hooks.all('modelSource')) {
    const entry = id === null ? await source.fallback?.() : await source.find(id);
    if (entry?.embeds)
      throw new AppError(
        'model_unsupported',
        `${entry.name} measures texts and cannot chat. Choose another one.`,
      );
    if (entry) return entry;
  }
  const message =
    id === null
      ? 'There is no model on this disk.'
      : `The model "${id}" is not on this disk. Choose another one.`;
  throw new AppError('not_found', message, { details: { model_id: id } });
}

/** Tokens kept free for an answer when it is judged whether a prompt fits. */
export function reservedTokens(contextWindow: number, maxTokens: number | undefined): number {
  return Math.min(maxTokens ?? 1024, Math.floor(contextWindow / 4));
}

/** The sampling in force: what was set, and the defaults for the rest. */
export function samplingOf(parameters: Parameters): Sampling {
  return Sampling.parse({ ...parameters, max_tokens: parameters.max_tokens ?? DEFAULT_MAX_TOKENS });
}

/** Parameters as an answer records them: all that the sampler goes by, and how the answer was asked for. */
export function parametersInForce(parameters: Parameters): Parameters {
  const { constraint, thinking, speculation } = parameters;
  // Chat does not ask for log-probabilities.
  const { seed, logprobs: _, top_logprobs: __, ...sampling } = samplingOf(parameters);
  return {
    ...sampling,
    ...(seed === null ? {} : { seed }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(speculation === undefined ? {} : { speculation }),
  };
}

/** What of the parameters is not sampling, as a generation is asked for it. */
export function askedOf({ constraint, thinking, speculation }: Parameters) {
  return { constraint: constraint ?? null, thinking: thinking ?? 'auto', speculation: speculation ?? 'auto' };
}

/**
 * Decides what the prompt leaves out, when that can be known without waiting for a model.
 * Errors: context_overflow with the numbers.
 */
export async function planAnswer(generations: Generations, asked: PromptRequest): Promise<Plan> {
  const parts = promptOf(asked.systemPrompt, asked.path);
  if (surelyFits(asked, parts)) return { ...asked, parts, dropped: null, counting: undefined };
  const counting = settled(fitPath(generations, asked));
  const early = await within(counting, QUICK_MS);
  if (early && 'prompt' in early) return { ...asked, ...early.prompt, counting: undefined };
  if (early?.error.code === 'context_overflow') throw early.error;
  return { ...asked, parts, dropped: null, counting };
}

/** Waits for the count that `planAnswer` did not wait for. Errors: those of `count`, context_overflow. */
export async function completePlan(plan: Plan): Promise<Prompt> {
  const counted = await plan.counting;
  if (!counted) return plan;
  if ('error' in counted) throw counted.error;
  return counted.prompt;
}

/** A prompt by exact counts. Errors: those of `count`, context_overflow with the numbers. */
export async function fitPath(generations: Generations, asked: PromptRequest): Promise<Prompt> {
  return decide(asked, await weighPath(generations, asked));
}

/** A path's prompt without the evidence that has to go. Tokens. */
export interface WeighedPath {
  parts: PromptPart[];
  count: TokenCount;
  /** How many of the oldest evidence blocks are left out, and what that frees. */
  contexts: { dropped: number; tokens: number };
}

/** Evidence goes before turns do, the oldest first, so that it never makes a prompt too long by itself. */
export async function weighPath(
  generations: Pick<Generations, 'count'>,
  { model, systemPrompt, path, reserved }: Omit<PromptRequest, 'overflow'>,
  text?: string,
): Promise<WeighedPath> {
  const tokens = path.filter(hasEvidence).map(({ evidence }) => evidence?.tokens ?? 0);
  let dropped = 0;
  let whole: number | undefined;
  for (;;) {
    const parts = promptOf(systemPrompt, withoutContexts(path, dropped));
    const messages = parts.map((part) => part.message);
    const count = await generations.count(model.id, messages, text);
    whole ??= count.tokens;
    let excess = count.tokens + reserved - count.contextWindow;
    if (excess <= 0 || dropped === tokens.length)
      return { parts, count, contexts: { dropped, tokens: whole - count.tokens } };
    do {
      excess -= tokens[dropped] ?? 0;
      dropped += 1;
    } while (excess > 0 && dropped < tokens.length);
  }
}

function decide(
  { overflow, reserved }: Pick<PromptRequest, 'overflow' | 'reserved'>,
  { parts, count, contexts }: WeighedPath,
): Prompt {
  const fit = weighPrompt(parts, count, reserved);
  const said = contexts.dropped === 0 ? {} : { contexts: contexts.dropped };
  if (!fit.overflow) {
    const dropped = contexts.dropped === 0 ? null : { messages: 0, tokens: contexts.tokens, ...said };
    return { parts, dropped };
  }
  if (overflow === 'drop_oldest' && fit.fits) {
    const { messages, tokens } = fit.dropped;
    const dropped = { messages, tokens: tokens + contexts.tokens, ...said };
    return { parts: fit.parts.filter((part) => !part.dropped), dropped };
  }
  throw tooLong(fit, count, reserved);
}

function tooLong(fit: PromptWeight, count: TokenCount, reserved: number): AppError {
  const remedy = fit.fits
    ? `Leave out the ${fit.dropped.messages} oldest messages, or shorten this one.`
    : 'Shorten the message or the system prompt, or choose a model with a larger context window.';
  return new AppError(
    'context_overflow',
    `The prompt has ${count.tokens} tokens and ${reserved} are kept for the answer, but the context window holds ${count.contextWindow}. ${remedy}`,
    {
      details: {
        tokens: count.tokens,
        reserved,
        context_window: count.contextWindow,
        would_drop: fit.dropped,
        fits_without_oldest: fit.fits,
      },
    },
  );
}

/** A token is at least a byte of text; templates add some of their own. */
function surelyFits(
  { model, reserved }: Pick<PromptRequest, 'model' | 'reserved'>,
  parts: readonly PromptPart[],
): boolean {
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(JSON.stringify(part.message)), 512);
  return bytes + reserved <= model.contextWindow;
}

function settled(prompt: Promise<Prompt>): Promise<Settled> {
  return prompt.then(
    (value) => ({ prompt: value }),
    (error: unknown) => ({ error: toAppError(error) }),
  );
}

/** The value, or undefined when it takes longer than `milliseconds`; the work itself goes on. */
export async function within<Value>(work: Promise<Value>, milliseconds: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
