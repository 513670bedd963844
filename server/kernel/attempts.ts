import type { Context } from 'hono';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import { AppError } from './errors.ts';

/** Slows down whoever guesses: five failures a minute for each address. */
export interface Attempts {
  /** Sets `Retry-After`. Errors: rate_limited after too many failures. */
  check(c: Context): Promise<void>;
  failed(c: Context): Promise<void>;
}

const FAILURES = 5;
const SECONDS = 60;

/** `what` was wrong, in the plural: `links`. */
export function createAttempts(what: string): Attempts {
  let limiter: Promise<RateLimiterMemory> | undefined;
  return {
    async check(c) {
      const before = await (await (limiter ??= createLimiter())).get(remoteAddress(c));
      if (before && before.consumedPoints >= FAILURES) throw tooMany(c, what, before.msBeforeNext);
    },
    async failed(c) {
      await (await (limiter ??= createLimiter())).penalty(remoteAddress(c));
    },
  };
}

/** Loaded by the first attempt: most starts need none. */
async function createLimiter(): Promise<RateLimiterMemory> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points: FAILURES, duration: SECONDS });
}

function tooMany(c: Context, what: string, milliseconds: number): AppError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  c.header('Retry-After', String(seconds));
  return new AppError('rate_limited', `Too many wrong ${what}. Try again in ${seconds} seconds.`, {
    details: { retry_after: seconds },
  });
}

const NodeBindings = z.object({
  incoming: z.object({ socket: z.object({ remoteAddress: z.string().optional() }) }),
});

/** Of the connection itself; forwarded headers say whatever their sender likes. */
function remoteAddress(c: Context): string {
  return NodeBindings.safeParse(c.env).data?.incoming.socket.remoteAddress ?? 'unknown';
}
