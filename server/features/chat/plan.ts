import type { Generations, TokenCount } from '#server/generation/generation.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import { Sampling } from '#server/worker/protocol.ts';
import type { Parameters } from './parameters.ts';
import { type PromptPart, weighPrompt } from './prompt.ts';

/** Tokens an answer may have unless the person says otherwise. */
export const DEFAULT_MAX_TOKENS = 4096;
/** How long a send waits for an exact count before it answers without one. */
const QUICK_MS = 250;

export type Overflow = 'refuse' | 'drop_oldest';

export interface Prompt {
  parts: PromptPart[];
  dropped: { messages: number; tokens: number } | null;
}

type Counted = { count: TokenCount } | { error: AppError };

/** A prompt as far as it is decided. `counting` is there when the exact count was not known in time. */
export interface Plan extends Prompt {
  model: ModelEntry;
  overflow: Overflow;
  reserved: number;
  counting: Promise<Counted> | undefined;
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
export async function planAnswer(
  generations: Generations,
  asked: Pick<Plan, 'model' | 'parts' | 'overflow' | 'reserved'>,
): Promise<Plan> {
  const { model, parts } = asked;
  if (surelyFits(asked)) return { ...asked, dropped: null, counting: undefined };
  const counting = settled(
    generations.count(
      model.id,
      parts.map((part) => part.message),
    ),
  );
  const early = await within(counting, QUICK_MS);
  if (!early || 'error' in early) return { ...asked, dropped: null, counting };
  return { ...asked, ...decide(asked, early.count), counting: undefined };
}

/** Waits for the count that `planAnswer` did not wait for. Errors: those of `count`, context_overflow. */
export async function completePlan(plan: Plan): Promise<Prompt> {
  const counted = await plan.counting;
  if (!counted) return plan;
  if ('error' in counted) throw counted.error;
  return decide(plan, counted.count);
}

function decide(
  { parts, overflow, reserved }: Pick<Plan, 'parts' | 'overflow' | 'reserved'>,
  count: TokenCount,
): Prompt {
  const fit = weighPrompt(parts, count, reserved);
  if (!fit.overflow) return { parts, dropped: null };
  if (overflow === 'drop_oldest' && fit.fits) {
    return { parts: fit.parts.filter((part) => !part.dropped), dropped: fit.dropped };
  }
  const remedy = fit.fits
    ? `Leave out the ${fit.dropped.messages} oldest messages, or shorten this one.`
    : 'Shorten the message or the system prompt, or choose a model with a larger context window.';
  throw new AppError(
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
function surelyFits({ model, parts, reserved }: Pick<Plan, 'model' | 'parts' | 'reserved'>): boolean {
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(JSON.stringify(part.message)), 512);
  return bytes + reserved <= model.contextWindow;
}

function settled(count: Promise<TokenCount>): Promise<Counted> {
  return count.then(
    (value) => ({ count: value }),
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
