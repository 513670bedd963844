import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type LocalHub, startLocalHub } from '../server/features/models/testing/hub.ts';
import { writeModelDirectory } from '../server/features/models/testing/model-directory.ts';
import { findNoFaults } from './accessibility.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { test as base, expect, openLink } from './fixtures.ts';

const root = join(import.meta.dirname, '..');
const REPOSITORY = 'someone/tiny-model';

interface Hubbed {
  folder: string;
  hub: LocalHub;
  hubbed: Daemon;
}

/** A daemon whose Hub is a local one that serves a small model. */
const test = base.extend<Hubbed>({
  folder: async ({}, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'mlx-code-models-'));
    await provide(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  hub: async ({ folder }, provide) => {
    writeModelDirectory(join(folder, 'served', REPOSITORY), { rows: 4000 });
    const hub = await startLocalHub(root, join(folder, 'served'));
    await provide(hub);
    await hub.stop();
  },
  hubbed: async ({ folder, hub }, provide) => {
    const daemon = await startDaemon({ home: join(folder, 'home'), env: { MLX_CODE_HUB_URL: hub.url } });
    await provide(daemon);
    await daemon.kill('SIGTERM');
  },
});

async function openModels(page: Page, daemon: Daemon): Promise<void> {
  await openLink(page, daemon);
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Models' }).click();
  await expect(page.getByRole('heading', { name: 'Models' })).toBeVisible();
}

function row(page: Page, name: string | RegExp) {
  return page.getByRole('main').getByRole('listitem').filter({ hasText: name });
}

test('the built-in guide is loaded, shown to hold memory, and ejected', async ({ page, hubbed }) => {
  await openModels(page, hubbed);
  const guide = row(page, 'default');
  await guide.getByRole('button', { name: /^Load/ }).click();
  await expect(guide.getByText('loaded')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('1 resident')).toBeVisible();
  await guide.getByRole('button', { name: /^Eject/ }).click();
  await expect(guide.getByRole('button', { name: /^Load/ })).toBeVisible();
  await expect(page.getByText('No model resident')).toBeVisible();
});

test('a draft model is chosen, loaded beside its model, and kept over a restart', async ({
  page,
  hubbed,
}) => {
  await openModels(page, hubbed);
  const guide = row(page, 'default');
  await guide.getByRole('combobox', { name: /^Draft model for Guide/ }).click();
  await page.getByRole('option', { name: /^Guide small/ }).click();
  await expect(guide.getByRole('combobox')).toContainText('Guide small');
  await guide.getByRole('button', { name: /^Load/ }).click();
  await expect(guide.getByText(/draft model of 1(\.\d)?M/)).toBeVisible({ timeout: 30_000 });
  await hubbed.restart();
  await openModels(page, hubbed);
  await expect(row(page, 'default').getByRole('combobox')).toContainText('Guide small');
});

test('a pinned model is kept over a restart, and marked in the picker', async ({ page, hubbed }) => {
  await openModels(page, hubbed);
  await row(page, 'default').getByRole('button', { name: /^Load/ }).click();
  const memory = page.getByRole('region', { name: 'In memory' });
  const held = memory.getByRole('listitem').filter({ hasText: 'Guide (built in)' });
  await expect(held.getByText(/since \d\d:\d\d/)).toBeVisible();
  await expect(held.getByText(/leaves in/)).toBeVisible({ timeout: 30_000 });
  await held.getByRole('button', { name: /^Pin/ }).click();
  await expect(held.getByText('pinned')).toBeVisible();
  await hubbed.restart();
  await openModels(page, hubbed);
  await expect(row(page, 'default').getByRole('button', { name: /^Unpin/ })).toBeVisible();
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Chat' }).click();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  await page.keyboard.press('Control+Shift+M');
  const option = page.getByRole('option', { name: /^Guide \(built in\)/ });
  await expect(option.getByRole('img', { name: /^pinned/ })).toBeVisible();
});

test('the memory budget is changed, refused when it makes no sense, and evicts at once', async ({
  page,
  hubbed,
}) => {
  await openModels(page, hubbed);
  const memory = page.getByRole('region', { name: 'In memory' });
  for (const name of ['default', 'Guide small']) {
    await row(page, name).filter({ hasText: 'params' }).getByRole('button', { name: /^Load/ }).click();
    await expect(memory.getByText(/leaves in/)).toHaveCount(name === 'default' ? 1 : 2, { timeout: 30_000 });
  }
  await memory.getByRole('button', { name: 'Memory budget and idle time' }).click();
  const form = page.getByRole('dialog', { name: 'Memory for models' });
  await form.getByRole('textbox', { name: 'Budget in GB' }).fill('0.001');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toContainText('Between');
  await form.getByRole('textbox', { name: 'Budget in GB' }).fill('0.6');
  await form.getByRole('textbox', { name: 'Minutes without use' }).fill('5');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  await expect(memory.getByRole('listitem')).toHaveCount(1);
  await expect(memory.getByRole('listitem')).toContainText('Guide small');
  await expect(memory.getByRole('meter')).toHaveAttribute('aria-valuetext', /of 600 MB$/);
  await expect(memory.getByText('after 5 minutes without use')).toBeVisible();
});

test('a download shows size and fit first, then ends as a model in the list', async ({ page, hubbed }) => {
  await openModels(page, hubbed);
  const panel = page.getByRole('complementary', { name: 'Right panel' });
  await panel.getByRole('textbox', { name: /Repository id/ }).fill(REPOSITORY);
  await panel.getByRole('button', { name: 'Show size and fit' }).click();
  const plan = page.getByRole('dialog', { name: REPOSITORY });
  await expect(plan.getByText('To download')).toBeVisible();
  expect(existsSync(join(hubbed.home, 'models', 'someone--tiny-model'))).toBe(false);
  await plan.getByRole('button', { name: /^Download \d/ }).click();
  await expect(row(page, /tiny-model/).getByText('downloaded here')).toBeVisible({ timeout: 30_000 });
});

test('a download that is cancelled stays in the list and is resumed to its end', async ({
  page,
  hubbed,
  hub,
}) => {
  await hub.behave({ rate: 40_000 });
  await openModels(page, hubbed);
  await page.getByRole('textbox', { name: /Repository id/ }).fill(REPOSITORY);
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Download \d/ })
    .click();
  const downloads = page.getByRole('region', { name: 'Downloads' });
  await expect(downloads.getByText(/downloading/)).toBeVisible();
  await downloads.getByRole('button', { name: /^Cancel/ }).click();
  await expect(downloads.getByText(/cancelled/)).toBeVisible();
  await hub.behave({});
  await downloads.getByRole('button', { name: /^Resume/ }).click();
  await expect(row(page, /tiny-model/).getByText('downloaded here')).toBeVisible({ timeout: 30_000 });
});

test('a repository that is not there is refused with a sentence', async ({ page, hubbed, consoleErrors }) => {
  await openModels(page, hubbed);
  const id = page.getByRole('textbox', { name: /Repository id/ });
  await id.fill('nobody');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'owner/name' })).toBeVisible();
  await id.fill('nobody/nothing');
  await page.keyboard.press('Enter');
  await expect(
    page
      .getByRole('alert')
      .or(page.getByRole('dialog'))
      .filter({ hasText: /nobody\/nothing/ }),
  ).toBeVisible();
  consoleErrors.length = 0;
});

test('a folder that is added brings its models, and takes them along when it is removed', async ({
  page,
  hubbed,
  folder,
}) => {
  const added = join(folder, 'added');
  writeModelDirectory(join(added, 'my-model'));
  mkdirSync(join(added, 'not-a-model'));
  await openModels(page, hubbed);
  await page.getByRole('tab', { name: 'Folders' }).click();
  await page.getByRole('textbox', { name: 'Add a folder' }).fill(added);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(row(page, 'my-model').getByText('added folder')).toBeVisible();
  await page.getByRole('button', { name: `Remove ${added}` }).click();
  await expect(row(page, 'my-model')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a checker of accessibility finds nothing serious in the ${colorScheme}`, async ({ page, hubbed }) => {
    await page.emulateMedia({ colorScheme });
    await openModels(page, hubbed);
    await expect(row(page, 'default')).toBeVisible();
    await findNoFaults(page);
  });
}

test('on a phone everything is reached through the sheets, and nothing is cut off', async ({
  page,
  hubbed,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openLink(page, hubbed);
  await page.getByRole('button', { name: 'Open the sidebar' }).click();
  await page.getByRole('dialog', { name: 'Sidebar' }).getByRole('link', { name: 'Models' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Get a model' }).click();
  await expect(page.getByRole('dialog', { name: 'Right panel' }).getByText('Recommended')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(page, 'default')).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBe(0);
});
