import type { Context } from 'hono';
import { createAttempts } from '#server/kernel/attempts.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { ApiKey, ApiScope } from './contract.ts';
import type { Keys } from './keys.ts';

export interface Gate {
  /**
   * The key of a request. Errors: unauthorized, rate_limited after repeated wrong keys, forbidden for a key
   * without the scope.
   */
  admit(c: Context, scope: ApiScope): Promise<Pick<ApiKey, 'id' | 'scopes'>>;
}

/**
 * Lets in by key alone; a cookie is not even looked at. Wrong keys are slowed down by address, right ones never:
 * all programs here share one address, and one that still sends a revoked key must not lock out the others.
 */
export function createGate(keys: Keys): Gate {
  const attempts = createAttempts('keys');
  return {
    async admit(c, scope) {
      const authorization = c.req.header('authorization');
      const key = keys.match(authorization);
      if (key === undefined) {
        c.header('WWW-Authenticate', 'Bearer');
        if (authorization === undefined) throw unauthorized('Send a key: Authorization: Bearer sk-mlx-…');
        await attempts.check(c);
        await attempts.failed(c);
        throw unauthorized('This key is not known, or it was revoked.');
      }
      if (!key.scopes.includes(scope)) {
        throw new AppError('forbidden', `This key may not be used for ${scope}.`);
      }
      return key;
    },
  };
}

function unauthorized(what: string): AppError {
  return new AppError('unauthorized', `${what} Keys are made in the settings of MLX Code.`);
}
