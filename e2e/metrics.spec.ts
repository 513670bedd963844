import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { expect, openLink, test } from './fixtures.ts';

const QUESTION = 'Show a table of the keyboard shortcuts';

function card(page: Page, title: string) {
  return page.getByRole('complementary', { name: 'Right panel' }).getByRole('region', { name: title });
}

test('the metrics panel is live while an answer is written, and keeps its figures', async ({
  page,
  ownDaemon,
}) => {
  await openLink(page, ownDaemon);
  await page.getByRole('tab', { name: 'Metrics' }).click();
  const decode = card(page, 'Decode');
  await expect(decode.getByText('Nothing is being written.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Message' }).fill(QUESTION);
  await page.keyboard.press('Enter');
  await expect(decode.getByText(/1 answer in progress/)).toBeVisible({ timeout: 30_000 });
  await expect(decode.getByRole('img', { name: /at most [1-9]/ })).toBeVisible({ timeout: 30_000 });
  await expect(decode.getByText('Nothing is being written.')).toBeVisible({ timeout: 30_000 });
  await expect(decode.getByText(/^\d+\.\d$/)).toBeVisible();
  await expect(card(page, 'First token').getByText(/^\d+(\.\d+)? s$/)).toBeVisible();
  await expect(card(page, 'Cache hit rate').getByText(/^read/)).toBeVisible();
  const processes = card(page, 'Processes');
  await expect(processes.getByText('Guide (built in)', { exact: true })).toBeVisible();
  await expect(processes.getByText('MLX active')).toBeVisible();
  await decode.getByRole('radio', { name: '1 h' }).click();
  await expect(decode.getByRole('img', { name: /^Tokens per second: [1-9]/ })).toBeVisible();
});

test('what was measured is there on every screen, and after a restart', async ({ page, ownDaemon }) => {
  await openLink(page, ownDaemon);
  await page.getByRole('textbox', { name: 'Message' }).fill(QUESTION);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/tok\/s/).first()).toBeVisible({ timeout: 30_000 });
  await ownDaemon.restart();
  await openLink(page, ownDaemon);
  await page.getByRole('tab', { name: 'Metrics' }).click();
  const decode = card(page, 'Decode');
  await decode.getByRole('radio', { name: '1 day' }).click();
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Models' }).click();
  await expect(page.getByRole('heading', { name: 'Models', level: 1 })).toBeVisible();
  await expect(decode.getByRole('radio', { name: '1 day' })).toBeChecked();
  await expect(decode.getByRole('img', { name: /^Tokens per second: [1-9]/ })).toBeVisible();
  await findNoFaults(page);
});
