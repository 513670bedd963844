import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, openLink, test as base } from './fixtures.ts';
import { indexed, openWorkspace, type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 30_000 });
const PHONE = { width: 390, height: 844 };

const LINES = Array.from({ length: 60 }, (_, at) => `// line ${at + 1}`);
const USERS = Array.from({ length: 20 }, (_, at) => `import { pay } from './pay.ts';\npay(${at});\n`);
const files = {
  'index.ts': "import { pay } from './src/pay.ts';\npay(1);\n",
  'src/pay.ts': `${LINES.join('\n')}\nexport function pay(sum: number): number {\n  return sum;\n}\n`,
  ...Object.fromEntries(USERS.map((text, at) => [`src/user-${at}.ts`, text])),
};

const test = base.extend<object, { person: Person }>({
  person: [async ({}, provide) => withPerson('atlas', files, provide), { scope: 'worker', timeout: 60_000 }],
});

test.describe.configure({ timeout: 120_000 });

/** Signs in and opens the project; its id once all of it can be found. */
async function enter(page: Page, { daemon, project }: Person): Promise<string> {
  await daemon.restart();
  await openLink(page, daemon);
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  const id = await openWorkspace(page, project);
  await indexed(page, id);
  return id;
}

test('an address that leads nowhere says so inside the frame, with the way on', async ({
  signedIn: page,
  consoleErrors,
}) => {
  await page.goto(new URL('/nothing-here', page.url()).href);
  await expect(page.getByRole('main')).toContainText('There is nothing at this address');
  await findNoFaults(page);
  await page.getByRole('link', { name: 'Start a conversation' }).click();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  // The browser's own words about the 404.
  consoleErrors.length = 0;
});

test('on a phone the right panel closes with a button, and loaded models keep their names', async ({
  signedIn: page,
}) => {
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: /the right panel$/ }).click();
  await page.getByRole('button', { name: 'Close the right panel' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goto(new URL('/models', page.url()).href);
  const names = page.getByRole('heading', { level: 3 }).filter({ hasText: 'built in' });
  await expect(names).toHaveCount(2);
  for (const name of await names.all()) {
    expect(await name.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  }
});

test('lines that an address points at stay in sight beside their uses, and the file closes', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&path=src/pay.ts&line=61&end=63`);
  await expect(page.getByRole('region', { name: 'Uses of pay' })).toBeVisible();
  const marked = page.locator('.cm-line.cm-marked');
  await expect(marked).toHaveCount(3);
  await expect(marked.last()).toBeInViewport({ ratio: 1 });
  await page.getByRole('button', { name: 'Close the file' }).click();
  await expect(page.getByRole('region', { name: 'File' })).toHaveCount(0);
});

test('a folder whose own files import is drawn with the folders below it', async ({ page, person }) => {
  const id = await enter(page, person);
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&view=imports`);
  await expect(page.locator('.react-flow__node', { hasText: 'at the top' })).toBeVisible();
  await expect(page.locator('.react-flow__edge')).not.toHaveCount(0);
});
