import type { Page } from '@playwright/test';
import type { Daemon } from './daemon.ts';

/** Signs in as a browser does and gives what its requests and sockets carry. */
export async function signInTo({ link }: Pick<Daemon, 'link'>) {
  const { origin, hash } = new URL(link);
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'X-MLX-Code': '1',
    Origin: origin,
  };
  /** GET without a body, POST with one. Errors: whatever is no 2xx, with its answer. */
  const call = async (path: string, body?: object) => {
    const post = body && { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${origin}${path}`, { ...post, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    headers.cookie ??= answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return answer.json();
  };
  await call('/api/auth/sign-in', { token: new URLSearchParams(hash.slice(1)).get('token') });
  return { origin, call, extraHeaders: { cookie: headers.cookie ?? '', Origin: origin } };
}

/** Gives a page what a browser keeps after signing in: the cookie of `signInTo`. */
export async function keepCookie(page: Page, { url }: Pick<Daemon, 'url'>, cookie: string): Promise<void> {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url }]);
}
