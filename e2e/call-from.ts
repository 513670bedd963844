import type { Page } from '@playwright/test';

/** Calls the daemon's API as the page would: GET without a body, POST with one.
 * @throws with the answer, when it is no 2xx */
export async function callFrom<Answer>(page: Page, path: string, body?: object): Promise<Answer> {
  return await page.evaluate(
    async ([path, body]) => {
      const headers = { 'Content-Type': 'application/json', 'X-MLX-Code': '1' };
      const init = body === null ? { headers } : { method: 'POST', headers, body };
      const response = await fetch(`/api${path}`, init);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    [path, body === undefined ? null : JSON.stringify(body)] as const,
  );
}
