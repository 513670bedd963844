import type { Page } from '@playwright/test';
import { openDatabase } from '#db/client.ts';
import { say } from '#server/features/retrieval/conversations/testing/open-conversations.ts';
import { join } from 'node:path';
import { findNoFaults } from './accessibility.ts';
import type { Daemon } from './daemon.ts';
import { expect as usual, openLink, test as base } from './fixtures.ts';

const expect = usual.configure({ timeout: 30_000 });

interface Filled {
  /** A daemon in whose home conversations lie, and the ids of one whose answer has two versions. */
  filled: { daemon: Daemon; walrus: { id: string; messages: string[] } };
}

const KITCHEN = [
  'pancake batter with flour',
  'bread dough in the oven',
  'butter for a sugar recipe',
  'baking with flour',
];
const NETWORK = [
  'tcp packet latency',
  'a router drops packets',
  'firewall port for the proxy',
  'dns and socket latency',
];
const LONG =
  'please explain how the collector decides which of the many objects it keeps and which it frees at last';

const test = base.extend<Filled>({
  filled: async ({ ownDaemon }, provide) => {
    await ownDaemon.kill('SIGTERM');
    const database = openDatabase(join(ownDaemon.home, 'mlx-code.sqlite'));
    for (const [at, text] of KITCHEN.entries()) say(database, `Kitchen ${at}`, text, `${text}, yes`);
    for (const [at, text] of NETWORK.entries()) say(database, `Network ${at}`, text, `${text}, yes`);
    say(database, 'Collector', LONG);
    say(database, 'Collector again', LONG);
    const padding = Array.from({ length: 60 }, (_, at) => `filler line ${at}`);
    const walrus = say(database, 'Animals', 'the first question', 'a walrus has two tusks', ...padding);
    database.close();
    await ownDaemon.restart();
    await provide({ daemon: ownDaemon, walrus });
  },
});

test.describe.configure({ timeout: 120_000 });

async function enter(page: Page, daemon: Daemon): Promise<void> {
  await openLink(page, daemon);
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
}

const drawn = (page: Page) => page.getByRole('img', { name: /^11 conversations in \d groups$/ });
const dialog = (page: Page, name = 'Search all messages') => page.getByRole('dialog', { name });

test('every message is searched from anywhere, and opens where it stands', async ({ page, filled }) => {
  await enter(page, filled.daemon);
  await page.keyboard.press('ControlOrMeta+Shift+f');
  const box = dialog(page).getByRole('combobox');
  await expect(box).toBeFocused();
  await box.fill('walrus tusk');
  const option = dialog(page).getByRole('option', { name: /Animals/ });
  await expect(option).toContainText('a walrus has two tusks');
  await expect(option.locator('mark').first()).toHaveText('walrus');
  await expect(dialog(page).getByRole('status')).toContainText('searched by words');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`id=${filled.walrus.id}.*message=${filled.walrus.messages[1]}`));
  const message = page.locator(`[data-message="${filled.walrus.messages[1]}"]`);
  await expect(message).toBeInViewport();
});

test('nothing found is said plainly, and syntax is text', async ({ page, filled }) => {
  await enter(page, filled.daemon);
  await page.keyboard.press('ControlOrMeta+Shift+f');
  for (const query of ['zyzzyva', '"', 'NEAR(', '*:*']) {
    await dialog(page).getByRole('combobox').fill(query);
    await expect(dialog(page).getByRole('status')).toContainText('Nothing relevant was found');
  }
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
});

test('conversations are drawn as a map with named groups, and open from it', async ({ page, filled }) => {
  await enter(page, filled.daemon);
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await expect(drawn(page)).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: '11 conversations' })).toContainText(
    /placed by their (words|meaning)/,
  );
  const twins = page.getByRole('region', { name: 'Nearly the same' });
  await expect(twins.getByRole('link')).toHaveText(['Collector again', 'Collector']);
  await expect(drawn(page).locator('circle')).toHaveCount(11);
  await findNoFaults(page);

  await page.getByRole('textbox', { name: 'Find a conversation by its title' }).fill('network 2');
  const link = page.getByRole('main').getByRole('link', { name: 'Network 2' });
  await expect(page.getByRole('main').getByRole('link', { name: /^Kitchen/ })).toHaveCount(0);
  await link.press('Enter');
  await expect(page).toHaveURL(/\/chat\?id=/);
  await expect(page.getByText('firewall port for the proxy', { exact: true })).toBeVisible();
});

test('a point of the map names its conversation and opens it', async ({ page, filled }) => {
  await enter(page, filled.daemon);
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  const point = drawn(page).locator('circle').first();
  await expect(point).toBeVisible();
  await point.hover();
  const name = page.locator('p[dir=auto]').filter({ hasText: /Kitchen|Network|Collector|Animals/ });
  await expect(name).toBeVisible();
  await point.click();
  await expect(page).toHaveURL(/\/chat\?id=/);
});

test('messages like an answer are one click away', async ({ page, filled }) => {
  await enter(page, filled.daemon);
  await page.getByRole('link', { name: 'Kitchen 0' }).first().click();
  const answer = page.getByRole('article', { name: 'Answer' });
  await answer.hover();
  await answer.getByRole('button', { name: 'Similar messages' }).click();
  const similar = dialog(page, 'Similar messages');
  await expect(similar.getByRole('option').first()).toContainText(/Kitchen/);
  await findNoFaults(page);
});
