import { ApiError, readApiError } from './api-error.ts';
import { useSession } from './session.ts';

/** Where every room's routes are mounted: `hc<ChatApi>(API, apiOptions)`. */
export const API = '/api';

/** Sends the header that other sites cannot send, and throws `ApiError` unless the answer is ok. */
export const apiOptions = { headers: { 'X-MLX-Code': '1' }, fetch: apiFetch };

/**
 * `fetch` with the daemon's manners: the required header, and a thrown `ApiError` instead of a status to check.
 * Errors: the daemon's codes, `unreachable`. An aborted request rejects with its abort reason.
 */
export async function apiFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('X-MLX-Code', '1');
  const response = await fetch(input, { ...init, headers, credentials: 'same-origin' }).catch(
    (cause: unknown) => {
      if (init.signal?.aborted) throw cause;
      throw new ApiError('unreachable', 'MLX Code is not answering. Is the daemon running?', { cause });
    },
  );
  if (response.ok) return response;
  const error = await readApiError(response);
  if (error.status === 401) useSession.setState({ state: 'signed_out' });
  throw error;
}

/** Whether the daemon knows this browser's cookie. Errors: `unreachable`. */
export async function isSignedIn(): Promise<boolean> {
  const body: unknown = await (await apiFetch(`${API}/auth/state`)).json();
  return typeof body === 'object' && body !== null && 'signed_in' in body && body.signed_in === true;
}

/** Fetches `path` under /api and hands the bytes to the browser as a download named by the daemon. */
export async function download(path: string, init: RequestInit, fallbackName: string): Promise<void> {
  const response = await apiFetch(`${API}${path}`, init);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName(response.headers.get('content-disposition')) ?? fallbackName;
  link.click();
  URL.revokeObjectURL(address);
}

function fileName(disposition: string | null): string | undefined {
  const encoded = disposition?.match(/filename\*=UTF-8''([^;]+)/i)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return disposition?.match(/filename="?([^";]+)"?/i)?.[1];
}
