import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ulid } from 'ulid';
import { AppError, ERROR_TRAITS, type ErrorBody, toAppError } from './errors.ts';
import type { Log } from './log.ts';

/** A room's router: chain `.openapi(route, handler)` on it. Refused input becomes `invalid_request` naming the field. */
export function createRoutes() {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw refusal(result.error, result.target);
    },
  });
}

/** The first thing zod refused, as a sentence that names the field. */
export function refusal(error: z.core.$ZodError, target: string): AppError {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).map(String).join('.');
  const field = path === '' ? target : path;
  const message = `${field}: ${issue?.message ?? 'is not valid'}`.slice(0, 500);
  return new AppError('invalid_request', message, { details: { field, in: target } });
}

interface FailureAudience {
  log: Log;
  /** Told when a request failed because the disk is full. */
  onDiskFull?: () => void;
  /** How the failure reads; as screens expect it unless told. */
  body?: (failure: AppError, logId?: string) => object;
}

/** Renders whatever a handler threw, once: `{ error }`, with a log id for what is our fault. */
export function failureRenderer({ log, onDiskFull, body = errorBody }: FailureAudience) {
  return (error: unknown, context: Context): Response => {
    const failure = asFailure(error);
    if (failure.code === 'insufficient_storage') onDiskFull?.();
    const { status } = ERROR_TRAITS[failure.code];
    const logId = status >= 500 ? record(log, failure, context) : undefined;
    return context.json(body(failure, logId), status);
  };
}

/** `{ error }` as every failed request returns it. */
export function errorBody(failure: AppError, logId?: string): ErrorBody {
  return {
    error: {
      code: failure.code,
      message: failure.message,
      ...(failure.details === undefined ? {} : { details: failure.details }),
      ...(logId === undefined ? {} : { log_id: logId }),
    },
  };
}

/** `{ error }` in OpenAI's shape; `details.param` names the parameter. */
export function programErrorBody(failure: AppError, logId?: string) {
  const { code, message, details } = failure;
  return {
    error: {
      message,
      type: ERROR_TRAITS[code].openai,
      param: typeof details?.param === 'string' ? details.param : null,
      code,
      ...(logId === undefined ? {} : { log_id: logId }),
    },
  };
}

/** Paths of programs: they sign in by a key in each request, and no cookie counts there. */
export function isProgramPath(url: string): boolean {
  return /^\/v1(\/|\?|$)/.test(url);
}

function asFailure(error: unknown): AppError {
  // hono throws these itself for a body that is not JSON.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return new AppError('invalid_request', error.message || 'The request is malformed.', { cause: error });
  }
  return toAppError(error);
}

function record(log: Log, failure: AppError, context: Context): string {
  const logId = ulid();
  const { method, path } = context.req;
  log.error({ logId, method, path, code: failure.code, err: failure.cause ?? failure }, failure.message);
  return logId;
}
