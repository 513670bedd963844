import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, request, test as base } from '@playwright/test';
import { type Daemon, startDaemon } from './daemon.ts';

export { expect };

interface PerTest {
  /** Errors that the page wrote to its console or threw. A test that expects one empties the list. */
  consoleErrors: string[];
  /** A page signed in at the shared daemon, on the first screen. */
  signedIn: Page;
  /** A daemon for this test alone, for tests that end it or look at an empty home. */
  ownDaemon: Daemon;
}

/** What the browser itself writes about a daemon that was ended under an open page, or that still starts (503). */
const daemonIsAway =
  /net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)|(response code:|status of) 503/;

interface PerWorker {
  /** A daemon shared by the tests of a worker: expect conversations of others in it. */
  daemon: Daemon;
  /** What a browser keeps after signing in at the shared daemon. */
  cookies: Parameters<BrowserContext['addCookies']>[0];
}

/** Playwright's test with a real daemon behind the page. */
export const test = base.extend<PerTest, PerWorker>({
  daemon: [async ({}, provide) => withDaemon(provide), { scope: 'worker', timeout: 60_000 }],
  cookies: [async ({ daemon }, provide) => provide(await signInByToken(daemon)), { scope: 'worker' }],
  ownDaemon: async ({}, provide) => withDaemon(provide),
  consoleErrors: [
    async ({ page }, provide) => {
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !daemonIsAway.test(message.text())) errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      await provide(errors);
      expect(errors, 'errors on the console').toEqual([]);
    },
    { auto: true },
  ],
  signedIn: async ({ page, daemon, cookies }, provide) => {
    await page.context().addCookies(cookies);
    await page.goto(daemon.url);
    await provide(page);
  },
});

/** Opens the app the way a person does: through the link that the daemon printed, which works once. */
export async function openLink(page: Page, daemon: Daemon): Promise<void> {
  await page.goto(daemon.link);
  await expect(page).toHaveURL(new RegExp(`^${daemon.url}/(?!.*token)`));
}

async function withDaemon(provide: (daemon: Daemon) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'mlx-code-e2e-'));
  const daemon = await startDaemon({ home });
  try {
    await provide(daemon);
  } finally {
    await daemon.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
}

/** Exchanges the printed token for the cookie, without a page. */
async function signInByToken({ url, link }: Daemon): Promise<PerWorker['cookies']> {
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token');
  const browser = await request.newContext();
  const answer = await browser.post(`${url}/api/auth/sign-in`, {
    data: { token },
    headers: { origin: url, 'x-mlx-code': '1' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { cookies } = await browser.storageState();
  await browser.dispose();
  return cookies;
}
