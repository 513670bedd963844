import { API, apiFetch, isSignedIn } from '#app/_client/api.ts';
import { toApiError } from '#app/_client/api-error.ts';
import { useSession } from '#app/_client/session.ts';

/**
 * Signs in with the one-time token of the printed link, if the address has one, and takes it out of the history; else
 * asks whether the cookie still holds. Errors: those of `apiFetch`, except a refused token, which becomes the problem.
 */
export async function enter(): Promise<void> {
  const token = takeToken();
  const problem = token === null ? null : await exchange(token);
  const signedIn = await isSignedIn();
  useSession.setState({ state: signedIn ? 'signed_in' : 'signed_out', problem: signedIn ? null : problem });
}

/** The token of `text`: a whole link or the token alone. Null when it holds neither. */
export function findToken(text: string): string | null {
  const token = text.includes('#')
    ? new URLSearchParams(text.slice(text.indexOf('#') + 1)).get('token')
    : text;
  return token !== null && /^[\w-]{16,256}$/.test(token.trim()) ? token.trim() : null;
}

/** Returns why the daemon refused, or null. */
export async function exchange(token: string): Promise<string | null> {
  return await apiFetch(`${API}/auth/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  }).then(
    () => null,
    (error: unknown) => toApiError(error).message,
  );
}

function takeToken(): string | null {
  const token = findToken(location.hash);
  if (token !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}
