import type { Context } from 'hono';
import { createAttempts } from './attempts.ts';
import type { Auth } from './auth.ts';
import { authRoutes } from './auth-contract.ts';
import { createRoutes } from './http.ts';

/** Sign-in by a one-time link, limited to five failures a minute for each address. */
export function createAuthRoutes({ auth }: { auth: Auth }) {
  const attempts = createAttempts('links');
  return createRoutes()
    .openapi(authRoutes.state, (c) =>
      c.json({ signed_in: auth.session(c.req.header('cookie')) !== undefined }, 200),
    )
    .openapi(authRoutes.signIn, async (c) => {
      await attempts.check(c);
      try {
        c.header('Set-Cookie', auth.signIn(c.req.valid('json').token, labelOf(c)));
      } catch (error) {
        await attempts.failed(c);
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

function labelOf(c: Context): string {
  return (c.req.header('user-agent') ?? 'unknown').replace(/[^\x20-\x7e]/g, '?');
}
