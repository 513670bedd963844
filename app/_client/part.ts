import { API } from './api.ts';

/** Milliseconds between two questions whether the daemon is back. */
const ASK_EVERY = 500;
/** A page that loaded again so recently and still lacks the part would do so for ever. */
const RELOAD_AGAIN_AFTER = 30_000;
const RELOADED_AT = 'mlx-code.reloaded-at';

/**
 * Fetches a part of the screen that is not in the first load. A daemon that is away at that moment must not take
 * the page down: the part waits until it is back, and the page loads again if the browser will not ask twice.
 * Errors: the import's own, when the part is missing although the page was loaded again.
 */
export async function fetchPart<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch {
    await daemonIsBack();
    return load().catch(loadPageAgain);
  }
}

async function daemonIsBack(): Promise<void> {
  const answers = () =>
    fetch(`${API}/auth/state`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
}

/** What was typed is kept as a draft, and answers are the daemon's, so nothing is lost by it. */
function loadPageAgain(error: unknown): Promise<never> {
  const last = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (Date.now() - last < RELOAD_AGAIN_AFTER) throw error;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  location.reload();
  return new Promise(() => undefined);
}
