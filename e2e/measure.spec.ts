import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { makeTopicRepository } from '#server/features/retrieval/testing/topic-repository.ts';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, test as base } from './fixtures.ts';
import { keepCookie, signInTo } from './signed-in.ts';
import { openWorkspace, type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 60_000 });

interface Measurer extends Person {
  cookie: string;
}

/** The project is a repository with a history. */
const test = base.extend<object, { person: Measurer }>({
  person: [
    async ({}, provide) =>
      withPerson('atlas', {}, async (person) => {
        makeTopicRepository(person.project);
        const { extraHeaders } = await signInTo(person.daemon);
        await provide({ ...person, cookie: extraHeaders.cookie });
      }),
    { scope: 'worker', timeout: 60_000 },
  ],
});

test.describe.configure({ timeout: 180_000 });

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Measure index' });
const result = (page: Page) => dialog(page).getByRole('region', { name: 'Result' });

/** Goes to the project, signed in, and waits until its index is complete, vectors too. */
async function enter(page: Page, { daemon, cookie, project }: Measurer): Promise<void> {
  await keepCookie(page, daemon, cookie);
  await page.goto(`${daemon.url}/workspaces`);
  const id = await openWorkspace(page, project);
  await page.goto(`${daemon.url}/workspaces?id=${id}`);
  await expect(page.getByText(/\d+ files? · \d+ chunks? · vectors 100 %/)).toBeVisible();
}

async function measureHistory(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Measure index' }).click();
  await dialog(page).getByRole('button', { name: 'Start measuring' }).click();
  await expect(result(page).getByRole('heading', { name: 'atlas, 30 commits' })).toBeVisible();
}

test('the index is measured on a folder’s history, and the figures are there after a reload', async ({
  page,
  person,
}) => {
  await enter(page, person);
  await measureHistory(page);
  const row = result(page).getByRole('row', {
    name: /^Words and symbols 0\.\d{3}|^Words and symbols 1\.000/,
  });
  const figures = await row.innerText();
  expect(figures).toMatch(/[01]\.\d{3}\s+[01]\.\d{3} – [01]\.\d{3}/);
  await expect(result(page).getByRole('rowheader', { name: /^(With meaning|Semantic search)$/ })).toHaveCount(
    3,
  );
  await expect(
    dialog(page).getByRole('img', { name: /^MRR@10 at each weight of meaning: 0\.00/ }),
  ).toBeVisible();
  await expect(result(page).getByText(/6 questions to choose it with are too few/)).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Measure index' }).click();
  await expect(row).toHaveText(figures, { useInnerText: true });
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await measureHistory(page);
  await expect(dialog(page).getByRole('img', { name: /^MRR@10 over 2 measurements: words/ })).toBeVisible();
});

test('the palette opens it, and a measurement is started, cancelled and resumed by keyboard', async ({
  page,
  person,
}) => {
  await enter(page, person);
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder(/^Type a command/)).toBeFocused();
  await page.keyboard.type('Measure the index');
  await page.keyboard.press('Enter');
  await dialog(page).getByRole('radio', { name: 'History' }).focus();
  await page.keyboard.press('ArrowRight');
  await dialog(page).getByRole('radio', { name: '10 %' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(dialog(page).getByRole('radio', { name: '2 %' })).toBeChecked();
  await dialog(page).getByRole('switch', { name: 'With meaning' }).press('Space');
  await dialog(page).getByRole('button', { name: 'Start measuring' }).press('Enter');
  await dialog(page).getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(dialog(page).getByText('Cancelled')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Resume: Python’s library' }).press('Enter');
  await expect(dialog(page).getByRole('progressbar', { name: 'Measuring: Python’s library' })).toBeVisible();
  await expect(result(page).getByRole('heading', { name: /standard library, 2 % of/ })).toBeVisible({
    timeout: 120_000,
  });
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
});

test('a folder without a history says why it cannot be measured, and what does', async ({ page, person }) => {
  for (let at = 0; at < 30; at += 1) person.write(`../plain/a${at}.py`, `def a${at}():\n    return ${at}\n`);
  await enter(page, { ...person, project: join(person.project, '../plain') });
  await page.getByRole('button', { name: 'Measure index' }).click();
  await dialog(page).getByRole('button', { name: 'Start measuring' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('The history of this folder cannot be read');
  await expect(dialog(page).getByRole('button', { name: 'Resume: History of this folder' })).toBeEnabled();
});

for (const theme of ['light', 'dark'] as const) {
  test(`has no serious fault of access in the ${theme} theme, and fits a phone`, async ({ page, person }) => {
    await page.emulateMedia({ colorScheme: theme });
    await enter(page, person);
    await page.setViewportSize({ width: 390, height: 800 });
    await measureHistory(page);
    await findNoFaults(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await dialog(page).getByRole('radio', { name: 'Python’s library' }).click();
    await findNoFaults(page);
  });
}
