import type { Context } from 'hono';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { Auth } from './auth.ts';
import { authRoutes } from './auth-contract.ts';
import { AppError } from './errors.ts';
import { createRoutes } from './http.ts';

const FAILURES = 5;
const SECONDS = 60;

/** Sign-in by a one-time link, limited to five failures a minute for each address. */
export function createAuthRoutes({ auth }: { auth: Auth }) {
  let limiter: Promise<RateLimiterMemory> | undefined;
  return createRoutes()
    .openapi(authRoutes.state, (c) =>
      c.json({ signed_in: auth.session(c.req.header('cookie')) !== undefined }, 200),
    )
    .openapi(authRoutes.signIn, async (c) => {
      const failures = await (limiter ??= createLimiter());
      const address = remoteAddress(c);
      const before = await failures.get(address);
      if (before && before.consumedPoints >= FAILURES) throw tooMany(c, before.msBeforeNext);
      try {
        c.header('Set-Cookie', auth.signIn(c.req.valid('json').token, labelOf(c)));
      } catch (error) {
        await failures.penalty(address);
        throw error;
      }
      return c.json({ signed_in: true } as const, 200);
    })
    .openapi(authRoutes.link, (c) => c.json({ link: auth.createLink() }, 200))
    .openapi(authRoutes.rotate, (c) => {
      c.header('Set-Cookie', auth.rotate(labelOf(c)));
      return c.json({ signed_in: true } as const, 200);
    });
}

/** Loaded by the first sign-in: most starts need none. */
async function createLimiter(): Promise<RateLimiterMemory> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points: FAILURES, duration: SECONDS });
}

function tooMany(c: Context, milliseconds: number): AppError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  c.header('Retry-After', String(seconds));
  return new AppError('rate_limited', `Too many wrong links. Try again in ${seconds} seconds.`, {
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

function labelOf(c: Context): string {
  return (c.req.header('user-agent') ?? 'unknown').replace(/[^\x20-\x7e]/g, '?');
}
