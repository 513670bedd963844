/** Every code an `AppError` may carry. Python's engine uses the same words. */
export const ERROR_CODES = [
  'invalid_request', // 400: missing, malformed or contradictory input
  'unauthorized', // 401: not signed in, or a stale token
  'forbidden', // 403: wrong Host, Origin or missing header
  'not_found', // 404
  'conflict', // 409: the thing changed or is busy
  'gone', // 410: deleted for good
  'too_large', // 413: body, prompt, file over a cap
  'context_overflow', // 422: prompt does not fit the context window
  'model_invalid', // 422: model directory missing, partial, corrupt, unsafe
  'model_unsupported', // 422: architecture this engine does not know
  'insufficient_memory', // 507: the ledger refuses the load
  'insufficient_storage', // 507: disk full
  'rate_limited', // 429
  'engine_failed', // 502: the engine reported a failure of this request
  'engine_unavailable', // 503: the engine died or is restarting
  'upstream_failed', // 502: a remote host (the Hub) failed
  'timeout', // 504
  'unsupported', // 501: not available on this machine
  'internal', // 500
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

interface AppErrorOptions {
  cause?: unknown;
  details?: Record<string, unknown>;
}

/** A failure with a listed code and a sentence that a user can act on. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }
}

interface ErrorTraits {
  status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 500 | 501 | 502 | 503 | 504 | 507;
  openai: string;
  retry: boolean;
}

/** One table for HTTP status, OpenAI error type, and whether trying again can help. */
export const ERROR_TRAITS: Record<ErrorCode, ErrorTraits> = {
  invalid_request: { status: 400, openai: 'invalid_request_error', retry: false },
  unauthorized: { status: 401, openai: 'authentication_error', retry: false },
  forbidden: { status: 403, openai: 'permission_error', retry: false },
  not_found: { status: 404, openai: 'not_found_error', retry: false },
  conflict: { status: 409, openai: 'invalid_request_error', retry: true },
  gone: { status: 410, openai: 'not_found_error', retry: false },
  too_large: { status: 413, openai: 'invalid_request_error', retry: false },
  context_overflow: { status: 422, openai: 'invalid_request_error', retry: false },
  model_invalid: { status: 422, openai: 'invalid_request_error', retry: false },
  model_unsupported: { status: 422, openai: 'invalid_request_error', retry: false },
  insufficient_memory: { status: 507, openai: 'server_error', retry: false },
  insufficient_storage: { status: 507, openai: 'server_error', retry: true },
  rate_limited: { status: 429, openai: 'rate_limit_error', retry: true },
  engine_failed: { status: 502, openai: 'server_error', retry: true },
  engine_unavailable: { status: 503, openai: 'server_error', retry: true },
  upstream_failed: { status: 502, openai: 'server_error', retry: true },
  timeout: { status: 504, openai: 'server_error', retry: true },
  unsupported: { status: 501, openai: 'invalid_request_error', retry: false },
  internal: { status: 500, openai: 'server_error', retry: false },
};

/** What every failed request returns as JSON: `{ error }`. `log_id` finds the whole story in the log. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; details?: Record<string, unknown>; log_id?: string };
}

/** The `code` of a system or SQLite error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether something could not be written because the disk, or a quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'SQLITE_IOERR_WRITE'].includes(systemCode(at) ?? '')) return true;
  }
  return false;
}

/** Anything that was thrown, as the failure a person is told of. What is unknown becomes `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDiskFull(error)) {
    const message = 'The disk is full. Free some space and try again; what was saved before is kept.';
    return new AppError('insufficient_storage', message, { cause: error });
  }
  const code = systemCode(error) ?? '';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    const message = 'The database file is damaged. Restart MLX Code: it restores the newest backup.';
    return new AppError('internal', message, { cause: error });
  }
  const message = 'MLX Code failed unexpectedly. The log tells the whole story under this id.';
  return new AppError('internal', message, { cause: error });
}
