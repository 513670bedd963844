import type { ErrorBody, ErrorCode } from '#server/kernel/errors.ts';

/** `unreachable`: the daemon did not answer at all. */
export type ApiErrorCode = ErrorCode | 'unreachable';

interface ApiErrorOptions {
  status?: number;
  details?: Record<string, unknown> | undefined;
  logId?: string | undefined;
  cause?: unknown;
}

/** A refused or failed request: the daemon's own code, sentence, details and log id. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly details: Record<string, unknown> | undefined;
  readonly logId: string | undefined;

  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = options.status ?? 0;
    this.details = options.details;
    this.logId = options.logId;
  }
}

/** Reads the error of a response that is not ok; a body of another shape becomes `internal` with its status. */
export async function readApiError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (isErrorBody(body)) {
    const { code, message, details, log_id } = body.error;
    return new ApiError(code, message, { status: response.status, details, logId: log_id });
  }
  const message = `The daemon answered ${response.status} without saying why. Look at its log, or try again.`;
  return new ApiError('internal', message, { status: response.status });
}

/** What to show for anything that was thrown. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError('internal', message, { cause: error });
}

const RETRIED = new Set<ApiErrorCode>([
  'unreachable',
  'engine_unavailable',
  'upstream_failed',
  'timeout',
  'rate_limited',
]);

/** Whether asking again by itself can help. */
export function canRetry(error: unknown): boolean {
  return error instanceof ApiError && RETRIED.has(error.code);
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return false;
  return (
    'code' in error &&
    typeof error.code === 'string' &&
    'message' in error &&
    typeof error.message === 'string'
  );
}
