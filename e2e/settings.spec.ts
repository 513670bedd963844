import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import type { Daemon } from './daemon.ts';
import { expect, openLink, test } from './fixtures.ts';

async function openSettings(page: Page, daemon: Daemon): Promise<void> {
  await openLink(page, daemon);
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'Appearance' })).toBeVisible();
}

const theme = (page: Page) => page.evaluate(() => document.documentElement.dataset['theme']);

test('the theme is kept, and is there before the first paint of the next visit', async ({
  page,
  ownDaemon,
  consoleErrors,
}) => {
  await openSettings(page, ownDaemon);
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect.poll(() => theme(page)).toBe('dark');
  await page.route('**/*.js', (route) => route.abort());
  await page.reload();
  expect(await theme(page)).toBe('dark');
  consoleErrors.length = 0;
});

test('a preference reaches another tab at once', async ({ page, ownDaemon, context }) => {
  await openSettings(page, ownDaemon);
  const other = await context.newPage();
  await other.goto(`${ownDaemon.url}/settings`);
  await expect(other.getByRole('switch', { name: 'Enter sends' })).toBeChecked();
  await page.getByRole('switch', { name: 'Enter sends' }).click();
  await expect(other.getByRole('switch', { name: 'Enter sends' })).not.toBeChecked();
});

test('a shortcut that was given other keys answers to those and no longer to the old ones', async ({
  page,
  ownDaemon,
}) => {
  await openSettings(page, ownDaemon);
  const sidebar = page.getByRole('link', { name: 'MLX Code' });
  await page.getByRole('button', { name: /^Keys of Show or hide the sidebar/ }).click();
  await page.keyboard.press('Alt+s');
  await expect(page.getByRole('button', { name: /^Keys of Show or hide the sidebar: alt\+s/ })).toBeVisible();
  await page.keyboard.press('Control+b');
  await expect(sidebar).toBeVisible();
  await page.keyboard.press('Alt+s');
  await expect(sidebar).toBeHidden();
  await page.getByRole('button', { name: 'Reset the keys of Show or hide the sidebar' }).click();
  await page.keyboard.press('Control+b');
  await expect(sidebar).toBeVisible();
});

test('the palette and the help open by keys, list what can be run, and give the focus back', async ({
  page,
  ownDaemon,
}) => {
  await openSettings(page, ownDaemon);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('models');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Models' })).toBeVisible();
  await page.keyboard.press('Control+/');
  await expect(
    page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Regenerate'),
  ).toBeVisible();
  await page.keyboard.press('Control+b');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a link made here signs in another browser, and signing out the others ends it at once', async ({
  page,
  ownDaemon,
  browser,
}) => {
  await openSettings(page, ownDaemon);
  await page.getByRole('button', { name: 'Make a link' }).click();
  const copy = page.getByRole('button', { name: 'Copy the sign-in link' });
  const link = await copy.getByText('http').innerText();
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(`${ownDaemon.url}/settings`);
  await other.getByRole('textbox', { name: 'Or paste the link here' }).fill(link);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('region', { name: 'Appearance' })).toBeVisible();
  await page.getByRole('button', { name: 'Sign out others' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out others' }).click();
  await expect(other.getByRole('heading', { name: 'Sign in to MLX Code' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Appearance' })).toBeVisible();
  await elsewhere.close();
});

test('a link that was used says so, and the page tells how to get another', async ({
  page,
  ownDaemon,
  browser,
  consoleErrors,
}) => {
  await openLink(page, ownDaemon);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(ownDaemon.link);
  await expect(other.getByRole('alert').filter({ hasText: 'used before' })).toBeVisible();
  expect(other.url()).not.toContain('token');
  await elsewhere.close();
  consoleErrors.length = 0;
});

test('a daemon that is gone is said, and the page goes on by itself when it is back', async ({
  page,
  ownDaemon,
  consoleErrors,
}) => {
  await openSettings(page, ownDaemon);
  await ownDaemon.kill();
  await expect(page.getByText(/MLX Code is not answering; trying again/)).toBeVisible();
  await ownDaemon.restart();
  await expect(page.getByText(/MLX Code is not answering/)).toBeHidden({ timeout: 15_000 });
  consoleErrors.length = 0;
});

test('the log is in the right panel and can be searched', async ({ page, ownDaemon }) => {
  await openLink(page, ownDaemon);
  await expect(page.getByRole('textbox', { name: /message/i })).toBeVisible();
  await page.keyboard.press('Control+Shift+L');
  const panel = page.getByRole('complementary', { name: 'Right panel' });
  await expect(panel.getByRole('listitem').first()).toBeVisible();
  await panel.getByRole('searchbox', { name: 'Search the log' }).fill('nothing says this');
  await expect(panel.getByRole('listitem')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a checker of accessibility finds nothing serious in the ${colorScheme}`, async ({
    page,
    ownDaemon,
  }) => {
    await page.emulateMedia({ colorScheme });
    await openSettings(page, ownDaemon);
    await expect(page.getByText('Data folder', { exact: true })).toBeVisible();
    await findNoFaults(page);
  });
}
