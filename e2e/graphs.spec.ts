import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, openLink, test as base } from './fixtures.ts';
import { indexed, openWorkspace, type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 20_000 });
base.describe.configure({ timeout: 120_000 });

/** One project with a cycle of two files. */
const FILES = {
  'src/main.ts':
    "import { order } from './shop/order.ts';\nimport { log } from './log.ts';\n\norder();\nlog();\n",
  'src/shop/order.ts':
    "import { price } from './price.ts';\n\nexport function order(): number {\n  return price();\n}\n",
  'src/shop/price.ts':
    "import { order } from './order.ts';\n\nexport function price(): number {\n  return order.length;\n}\n\nfunction forgotten() {\n  return 1;\n}\n",
  'src/log.ts':
    "import type { Level } from './level.ts';\n\nexport function log(): void {}\nexport type Logged = Level;\n",
  'src/level.ts': "import type { Logged } from './log.ts';\n\nexport type Level = 'low' | Logged[];\n",
  'test/order.test.ts': "import { order } from '../src/shop/order.ts';\n\norder();\n",
};

const test = base.extend<object, { person: Person }>({
  person: [async ({}, provide) => withPerson('shop', FILES, provide), { scope: 'worker', timeout: 60_000 }],
});

/** Signs in, opens the project, waits until it is indexed, and shows a picture of it. */
async function enter(page: Page, { daemon, project }: Person, view: string): Promise<string> {
  await daemon.restart();
  await openLink(page, daemon);
  await expect(page.getByRole('main')).toBeVisible();
  const id = await openWorkspace(page, project);
  await indexed(page, id);
  await page.goto(`${daemon.url}/workspaces?id=${id}&view=${view}`);
  return id;
}

const drawing = (page: Page, of: string) => page.getByRole('region', { name: `Drawing of the ${of}` });
const card = (page: Page, name: RegExp) =>
  page.getByRole('region', { name: /^Drawing/ }).getByRole('button', { name });

test('the graph is reached from the header, folders open into files, and a file opens beside', async ({
  page,
  person,
}) => {
  await enter(page, person, '');
  await page.getByRole('button', { name: 'Graph', exact: true }).click();
  await expect(page).toHaveURL(/view=imports/);
  await card(page, /^src\/shop 2 files/).click();
  await expect(card(page, /^price\.ts src\/shop/)).toBeVisible();
  await expect(card(page, /^main\.ts src/)).toHaveCount(0);
  await card(page, /^price\.ts src\/shop/).click();
  await expect(page).toHaveURL(/path=src%2Fshop%2Fprice\.ts/);
  await expect(page.getByRole('textbox', { name: /^Text of/ })).toContainText('forgotten');
  await page.getByRole('button', { name: 'Close the graph' }).click();
  await expect(page.getByRole('region', { name: 'Search' })).toBeVisible();
});

test('a cycle is marked in the drawing and told with the way round', async ({ page, person }) => {
  await enter(page, person, 'imports');
  await page.getByRole('radio', { name: 'Files' }).click();
  await expect(drawing(page, 'imports').getByRole('button', { name: /in a cycle$/ })).toHaveCount(2);
  await expect(page.locator('.edge-cycle')).toHaveCount(2);
  const cycles = page.getByRole('list', { name: 'Cycles', exact: true });
  await expect(cycles).toContainText('2 lead to each other');
  await expect(page.getByRole('complementary', { name: 'About this graph' })).toContainText('1 cycle');
  await expect(page.getByRole('list', { name: 'Cycles of types' })).toBeHidden();
  await page.getByText('1 more when imports of types count').click();
  await expect(page.getByRole('list', { name: 'Cycles of types' })).toContainText('level.ts');
  await cycles.getByRole('button', { name: /order\.ts/ }).click();
  await expect(page).toHaveURL(/path=src%2Fshop%2Forder\.ts/);
});

test('a file in the middle shows what is so many imports away, and a reload keeps it', async ({
  page,
  person,
}) => {
  await enter(page, person, 'imports&around=src%2Flog.ts');
  await expect(card(page, /^main\.ts src/)).toBeVisible();
  await expect(card(page, /^order\.ts src\/shop/)).toBeVisible();
  await expect(card(page, /^order\.test/)).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Imports away' }).click();
  await page.getByRole('option', { name: '1 away' }).click();
  await expect(card(page, /^order\.ts src\/shop/)).toHaveCount(0);
  await page.reload();
  await expect(card(page, /^log\.ts src/)).toBeVisible();
  await page.getByRole('button', { name: /around src\/log\.ts/ }).click();
  await expect(page).not.toHaveURL(/around/);
});

test('the keyboard alone reaches every file of a graph by the list, and opens one', async ({
  page,
  person,
}) => {
  await enter(page, person, 'imports');
  await page.getByRole('radio', { name: 'Files' }).press('Space');
  await page.getByRole('radio', { name: 'List' }).press('Space');
  const list = page.getByRole('list', { name: 'Files and what they import' });
  await list
    .getByRole('button', { name: /log\.ts/ })
    .first()
    .focus();
  await page.keyboard.press('Tab');
  await expect(list.getByRole('button', { name: 'Put log.ts into the middle' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/path=src%2Fmain\.ts/);
});

test('the calls of a symbol are found by typing its name', async ({ page, person }) => {
  await enter(page, person, 'calls');
  await page.getByRole('combobox', { name: 'Symbol' }).fill('order');
  await expect(page.getByRole('option', { name: /order.*src\/shop\/order\.ts/ })).toBeVisible();
  await page.getByRole('combobox', { name: 'Symbol' }).press('Enter');
  await expect(page).toHaveURL(/symbol=order/);
  await expect(card(page, /^order src\/shop\/order\.ts:3 function, in the middle/)).toBeVisible();
  await expect(card(page, /^price .* function, is called/)).toBeVisible();
  await card(page, /^main\.ts .* the top of the file/).click();
  await expect(page).toHaveURL(/path=src%2Fmain\.ts/);
});

test('unused code is a list of candidates with reasons, and each opens at its line', async ({
  page,
  person,
}) => {
  await enter(page, person, 'unused');
  await expect(page.getByText('Candidates only')).toBeVisible();
  const likely = page.getByRole('region', { name: 'Most likely unused' });
  await expect(likely).toContainText('It is not exported, and nothing else in the workspace names it.');
  await likely.getByRole('button', { name: /forgotten/ }).click();
  await expect(page).toHaveURL(/path=src%2Fshop%2Fprice\.ts&line=7&end=9/);
});

test('a map keeps to its budget and can be copied', async ({ page, person, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await enter(page, person, 'map');
  const map = page.getByRole('region', { name: 'Map' });
  await expect(map).toContainText('3: function order(): number');
  await expect(page.getByRole('status').filter({ hasText: 'tokens' })).toContainText('6 of 6 symbols');
  await page.getByRole('button', { name: 'Copy the map' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('src/shop/order.ts:');
  await page.getByRole('textbox', { name: 'Folder' }).fill('src/shop');
  await expect(map).not.toContainText('log()');
});

for (const theme of ['light', 'dark'] as const) {
  test(`nobody is kept out of the graphs in ${theme}`, async ({ page, person }) => {
    await page.emulateMedia({ colorScheme: theme });
    const id = await enter(page, person, 'imports');
    const show = (view: string) => page.goto(`${person.daemon.url}/workspaces?id=${id}&view=${view}`);
    await expect(card(page, /^src\/shop /)).toBeVisible();
    await findNoFaults(page);
    await show('calls&symbol=order');
    await expect(card(page, /^order src/)).toBeVisible();
    await findNoFaults(page);
    await show('unused');
    await expect(page.getByRole('button', { name: /forgotten/ })).toBeVisible();
    await findNoFaults(page);
    await show('map');
    await expect(page.getByRole('region', { name: 'Map' })).toContainText('order');
    await findNoFaults(page);
  });
}

test('at 360 px every picture can be chosen, and nothing sticks out', async ({ page, person }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await enter(page, person, 'imports');
  await expect(card(page, /^src\/shop /)).toBeVisible();
  for (const name of ['Calls', 'Unused', 'Map', 'Imports']) {
    await page.getByRole('radio', { name, exact: true }).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
  }
});
