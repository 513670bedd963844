import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, test as base } from './fixtures.ts';
import { keepCookie, signInTo } from './signed-in.ts';
import { type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 20_000 });

const FILES = {
  'src/upload/policy.ts': `export interface UploadError {
  status: number;
}

/** Full jitter: waits between zero and base * 2 ** attempt. */
export function backoff(attempt: number, base = 250): number {
  return Math.random() * base * 2 ** attempt;
}

/** Decides whether an upload is tried again. */
export function shouldRetry(error: UploadError, attempt: number): boolean {
  if (error.status === 429) return true;
  return attempt < 5;
}
`,
  'src/upload/queue.ts': `import { backoff, shouldRetry } from './policy.ts';

export function drain(item: { attempt: number }): number {
  if (shouldRetry({ status: 500 }, item.attempt)) return backoff(item.attempt);
  return 0;
}
`,
  'test/upload/policy.test.ts': `import { shouldRetry } from '../../src/upload/policy.ts';

it('gives up after five', () => {
  expect(shouldRetry({ status: 500 }, 6)).toBe(false);
});
`,
  'tool/report.py': `def render_report(rows):
    """Renders the weekly report as a table."""
    return "\\n".join(str(row) for row in rows)
`,
  'docs/retries.md': '# Decision\n\nUploads are retried at most five times, with full jitter.\n',
  'blob.bin': '\0\u0001',
};

interface Project extends Person {
  cookie: string;
  /** Of the workspace. */
  id: string;
}

/** The project is open. */
const test = base.extend<object, { project: Project }>({
  project: [
    async ({}, provide) =>
      withPerson('atlas', FILES, async (person) => {
        const { call, extraHeaders } = await signInTo(person.daemon);
        const { id } = await call('/api/workspaces', { path: person.project });
        await provide({ ...person, cookie: extraHeaders.cookie, id });
      }),
    { scope: 'worker', timeout: 60_000 },
  ],
});

const box = (page: Page) => page.getByRole('textbox', { name: 'Search the code' });
const results = (page: Page) => page.getByRole('option');
const text = (page: Page) => page.getByRole('textbox', { name: /^Text of/ });
const marked = (page: Page) => page.locator('.cm-line.cm-marked');

/** Goes to the project, signed in, and waits until it is indexed. */
async function enter(page: Page, { daemon, cookie, id }: Project, rest = ''): Promise<void> {
  await keepCookie(page, daemon, cookie);
  await page.goto(`${daemon.url}/workspaces?id=${id}${rest}`);
  await expect(page.getByRole('button', { name: /^Index: \d+ files · \d+ chunks/ })).toBeVisible();
  // The search is fetched after the frame.
  await expect(box(page)).toBeVisible();
}

test.describe.configure({ timeout: 120_000 });

test('words find a function, and Enter opens it at its lines, all by keyboard', async ({ page, project }) => {
  await enter(page, project);
  await page.keyboard.press('Control+Shift+e');
  await expect(box(page)).toBeFocused();
  await page.keyboard.type('decides whether upload is tried again');
  await expect(results(page).first()).toContainText('src/upload/policy.ts');
  await expect(results(page).first()).toContainText('shouldRetry()');
  await expect(page.getByText(/^\d+\+? results? · /)).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(results(page).first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Alt+Enter');
  await expect(marked(page).first()).toBeInViewport();
  await expect(box(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(text(page)).toBeFocused();
  await expect(marked(page).filter({ hasText: 'shouldRetry' })).toBeVisible();
});

test('a name finds what defines it and says why, and the search survives a reload and going back', async ({
  page,
  project,
}) => {
  await enter(page, project);
  await box(page).fill('shouldRetry');
  const first = results(page).first();
  await expect(first).toContainText('src/upload/policy.ts');
  await expect(first.locator('mark').first()).toBeVisible();
  await first.getByText('defines', { exact: true }).hover();
  await expect(page.getByText(/Symbol 1\.00: it defines a name of the question/).last()).toBeVisible();
  await first.click();
  await expect(marked(page).first()).toBeInViewport();
  await page.reload();
  await expect(box(page)).toHaveValue('shouldRetry');
  await expect(results(page).first()).toContainText('src/upload/policy.ts');
  await page.goBack();
  await expect(page.getByRole('region', { name: 'File' })).toBeHidden();
  await expect(box(page)).toHaveValue('shouldRetry');
});

test('a regular expression, exact text, languages and paths narrow a search', async ({ page, project }) => {
  await enter(page, project);
  await page.getByRole('radio', { name: 'regex' }).click();
  await box(page).fill('function \\w+Retry');
  await expect(results(page)).toHaveCount(1);
  await page.getByRole('radio', { name: 'exact' }).click();
  await box(page).fill('Retry(');
  await expect(results(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Add a path' }).click();
  await page.getByRole('textbox', { name: 'Paths to search' }).fill('!test/**');
  await page.keyboard.press('Enter');
  await expect(results(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'lang: any' }).click();
  await page.getByRole('menuitem', { name: /^Python/ }).click();
  await expect(page.getByText('Nothing relevant was found.')).toBeVisible();
  await page.getByRole('button', { name: 'Without the filters' }).click();
  await expect(results(page)).toHaveCount(3);
});

test('a regular expression that is none says what is wrong with it', async ({
  page,
  project,
  consoleErrors,
}) => {
  await enter(page, project);
  await page.getByRole('radio', { name: 'regex' }).click();
  await box(page).fill('function (');
  await expect(page.getByRole('alert').filter({ hasText: /regular expression/i })).toBeVisible();
  // The browser writes every refused request to its console.
  consoleErrors.length = 0;
});

test('what is written to the disk is found moments later', async ({ page, project }) => {
  await enter(page, project);
  await box(page).fill('quokkaTelemetry');
  await expect(page.getByText('Nothing relevant was found.')).toBeVisible();
  project.write('src/late.ts', 'export function quokkaTelemetry(): number {\n  return 1;\n}\n');
  await expect(results(page).first()).toContainText('src/late.ts');
  project.write('src/late.ts', 'export function wombat(): number {\n  return 1;\n}\n');
  await expect(page.getByText('Nothing relevant was found.')).toBeVisible();
});

test('a name in a file leads to its definition, its callers and its tests', async ({ page, project }) => {
  await enter(page, project, '&path=src/upload/queue.ts&line=4');
  // The name by itself, once the colours of the syntax are there.
  await marked(page)
    .locator('span', { hasText: /^shouldRetry$/ })
    .click();
  const uses = page.getByRole('region', { name: 'Uses of shouldRetry' });
  await expect(uses.getByText('Called from')).toBeVisible();
  await expect(uses.getByRole('button', { name: /src\/upload\/queue\.ts:4/ })).toBeVisible();
  await expect(uses.getByText('Tested by')).toBeVisible();
  await expect(uses.getByRole('button', { name: /policy\.test\.ts/ })).toBeVisible();
  await page.keyboard.press('F12');
  await expect(page.getByRole('heading', { name: 'src/upload/policy.ts' })).toBeVisible();
  await expect(marked(page).filter({ hasText: 'function shouldRetry' })).toBeVisible();
  await page.getByRole('button', { name: 'Similar code' }).click();
  await expect(page.getByText(/^Like src\/upload\/policy\.ts:\d+/)).toBeVisible();
});

test('a file and a symbol are gone to by name from any screen', async ({ page, project }) => {
  await enter(page, project);
  await page.goto(`${project.daemon.url}/settings`);
  await expect(page.getByRole('region', { name: 'Code index' })).toBeVisible();
  await page.keyboard.press('Control+p');
  await expect(page.getByRole('combobox', { name: 'Open a file' })).toBeFocused();
  await page.keyboard.type('report');
  await expect(page.getByRole('option', { name: /tool\/report\.py/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(text(page)).toContainText('def render_report');
  await page.keyboard.press('Alt+g');
  await expect(page.getByRole('combobox', { name: 'Go to a symbol' })).toBeFocused();
  await page.keyboard.type('backof');
  await expect(page.getByRole('option', { name: /backoff/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(marked(page).filter({ hasText: 'function backoff' })).toBeVisible();
});

test('indexing is paused and resumed, and what was left out is listed with its reason', async ({
  page,
  project,
}) => {
  await enter(page, project);
  const state = page.getByRole('button', { name: /^Index: / });
  await state.click();
  const panel = page.getByRole('dialog', { name: 'Index' });
  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(panel.getByText(/^Paused: changes/)).toBeVisible();
  project.write('src/paused.ts', 'export function numbatWhilePaused(): void {}\n');
  await page.keyboard.press('Escape');
  await box(page).fill('numbatWhilePaused');
  await expect(page.getByText('Nothing relevant was found.')).toBeVisible();
  await expect(page.getByText(/Indexing is paused/)).toBeVisible();
  await state.click();
  await panel.getByRole('button', { name: 'Resume' }).click();
  await expect(panel.getByText(/^Up to date/)).toBeVisible();
  await panel.getByRole('button', { name: /left out$/ }).click();
  const problems = page.getByRole('dialog', { name: 'Files that are not in the index' });
  await expect(problems.getByText('It is not a text file.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(results(page).first()).toContainText('src/paused.ts');
});

for (const theme of ['light', 'dark'] as const) {
  test(`search, file and uses have no serious fault of access in the ${theme} theme`, async ({
    page,
    project,
  }) => {
    await page.emulateMedia({ colorScheme: theme });
    await enter(page, project, '&q=shouldRetry&path=src/upload/policy.ts&line=11&end=14');
    await expect(results(page).first()).toBeVisible();
    await expect(page.getByRole('region', { name: 'Uses of shouldRetry' })).toBeVisible();
    await findNoFaults(page);
    await page.getByRole('button', { name: /^Index: / }).click();
    await expect(page.getByRole('dialog', { name: 'Index' })).toBeVisible();
    await findNoFaults(page);
  });
}

test('a phone shows the box, then results, then the file', async ({ page, project }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, project);
  await expect(page.getByRole('tree', { name: 'Files' })).toBeVisible();
  await box(page).fill('backoff');
  await expect(results(page).first()).toContainText('src/upload/policy.ts');
  await expect(page.getByRole('tree', { name: 'Files' })).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await results(page).first().click();
  await expect(marked(page).filter({ hasText: 'function backoff' })).toBeVisible();
  await expect(box(page)).toBeHidden();
  await page.getByRole('button', { name: 'Back to the files' }).click();
  await expect(results(page).first()).toBeVisible();
});
