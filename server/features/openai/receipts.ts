import { createHash } from 'node:crypto';
import type { Admission, GenerationResult } from '#server/generation/generation.ts';

/** One answer that is over. */
export interface Ended {
  result: GenerationResult;
  /** Engines that died under it; it went on by itself each time. */
  interruptions: number;
}

/** Tokens of one request: prompts count once however many answers each has. */
export function usageOf(ended: Ended[], answersPerPrompt: number) {
  const results = ended.map(({ result }) => result.usage);
  const prompts = results.filter((_, index) => index % answersPerPrompt === 0);
  const promptTokens = sum(prompts.map((usage) => usage.prompt_tokens));
  const completionTokens = sum(results.map((usage) => usage.completion_tokens));
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: {
      cached_tokens: sum(prompts.map((_, at) => cachedOf(at, results, answersPerPrompt))),
    },
    completion_tokens_details: { reasoning_tokens: sum(results.map((usage) => usage.reasoning_tokens)) },
  };
}

/** Of several answers to one prompt one prefilled it and the others copied: what that one reused was cached. */
function cachedOf(prompt: number, results: GenerationResult['usage'][], answersPerPrompt: number): number {
  const own = results.slice(prompt * answersPerPrompt, (prompt + 1) * answersPerPrompt);
  return Math.min(...own.map((usage) => usage.cached_tokens));
}

/** What OpenAI's shape has no place for. Seconds. */
export function receiptOf({ result, interruptions }: Ended) {
  const { cache, timings, speculation, seed } = result;
  return { cache, timings, speculation, seed, interruptions };
}

/** The same for answers that the same seed makes again: model, template, engine and what it stands on. */
export function fingerprintOf({ modelHash, templateHash, versions }: Admission): string {
  const parts = [modelHash, templateHash, ...Object.entries(versions).flat()];
  return `fp_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)}`;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
