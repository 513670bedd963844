import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, openLink, test as base } from './fixtures.ts';
import { indexed, openWorkspace, type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 30_000 });
const LONG = `${'a-module-whose-name-does-not-fit-into-a-card-'.repeat(2)}end.ts`;

const FILES = {
  'src/upload/policy.ts': '/** How often an upload is tried again. */\nexport const uploadRetries = 7;\n',
  'src/upload/send.ts':
    "import { uploadRetries } from './policy.ts';\n\nexport function sendUpload(): number {\n  return uploadRetries;\n}\n",
  'src/main.ts': `import { sendUpload } from './upload/send.ts';\nimport './${LONG}';\n\nsendUpload();\n`,
  [`src/${LONG}`]: 'export const nothing = 0;\n',
};

const test = base.extend<object, { person: Person }>({
  person: [async ({}, provide) => withPerson('atlas', FILES, provide), { scope: 'worker', timeout: 60_000 }],
});

test.describe.configure({ timeout: 120_000 });

const field = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const box = (page: Page) => page.getByRole('textbox', { name: 'Search the code' });
const row = (page: Page, name: string) =>
  page.getByRole('tree', { name: 'Files' }).getByRole('treeitem', { name, exact: true });
const chatEntry = (page: Page) =>
  page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Chat' });
const mention = (page: Page, label: string) => page.getByRole('button', { name: `Remove ${label}` });

/** Signs in, opens the project, and waits until all of it can be found. */
async function enter(page: Page, { daemon, project }: Person): Promise<string> {
  await daemon.restart();
  await openLink(page, daemon);
  await expect(field(page)).toBeVisible();
  const id = await openWorkspace(page, project);
  await indexed(page, id);
  return id;
}

test('files, folders and results are dragged onto the chat, and become what a question points at', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  const code = `${person.daemon.url}/workspaces?id=${id}`;
  await page.goto(code);
  await row(page, 'src').dragTo(chatEntry(page));
  await expect(mention(page, 'src/')).toBeVisible();
  await expect(page.getByRole('button', { name: /^atlas/ })).toBeVisible();
  await expect(field(page)).toBeFocused();
  await page.goto(`${code}&path=src/upload/policy.ts`);
  await row(page, 'send.ts').dragTo(chatEntry(page));
  await expect(mention(page, 'src/upload/send.ts')).toBeVisible();
  await page.goto(`${code}&q=uploadRetries`);
  const found = page.getByRole('option').filter({ hasText: 'policy.ts' }).first();
  await found.getByTitle('src/upload/policy.ts').dragTo(chatEntry(page));
  await expect(mention(page, 'src/upload/policy.ts:1-2')).toBeVisible();
});

test('the same by keyboard: the key for it, and the menu of a row and of a result', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await page.goto(`${person.daemon.url}/workspaces?id=${id}`);
  await expect(row(page, 'src')).toBeVisible();
  await page.getByRole('tree', { name: 'Files' }).focus();
  await page.keyboard.press('Alt+a');
  await expect(mention(page, 'src/')).toBeVisible();
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&path=src/main.ts`);
  await row(page, 'main.ts').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: /^Ask about this/ })).toBeVisible();
  await findNoFaults(page, '[role="menu"]');
  await page.getByRole('menuitem', { name: /^Ask about this/ }).press('Enter');
  await expect(mention(page, 'src/main.ts')).toBeVisible();
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&q=sendUpload`);
  await expect(page.getByRole('option').first()).toContainText('send.ts');
  await box(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Alt+a');
  await expect(mention(page, 'src/upload/send.ts:3-5')).toBeVisible();
});

test('what a draft points at is there after a reload, with its folder, and in its own conversation', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&path=src/main.ts`);
  await page.getByRole('link', { name: 'Ask about this' }).click();
  await expect(mention(page, 'src/main.ts')).toBeVisible();
  await field(page).pressSequentially('What is it? #sendUpload');
  await page
    .getByRole('listbox', { name: 'Suggestions' })
    .getByRole('option', { name: /^sendUpload/ })
    .click();
  await expect(mention(page, 'sendUpload')).toBeVisible();
  const other = await page.evaluate(async () => {
    const headers = { 'Content-Type': 'application/json', 'X-MLX-Code': '1' };
    const answer = await fetch('/api/chat/conversations', { method: 'POST', headers, body: '{}' });
    return (await answer.json()).id as string;
  });
  await page.goto(`${person.daemon.url}/chat?id=${other}`);
  await expect(field(page)).toHaveValue('');
  await expect(page.getByRole('button', { name: /^Remove / })).toHaveCount(0);
  await page.goto(person.daemon.url);
  await expect(field(page)).toHaveValue('What is it? ');
  await expect(mention(page, 'src/main.ts')).toBeVisible();
  await expect(mention(page, 'sendUpload')).toBeVisible();
  await expect(page.getByRole('button', { name: /^atlas/ })).toBeVisible();
  await mention(page, 'src/main.ts').click();
  await page.reload();
  await expect(mention(page, 'sendUpload')).toBeVisible();
  await expect(mention(page, 'src/main.ts')).toHaveCount(0);
});

/** Keeps every script that the page asks for from now on until the answer is called. */
async function holdScripts(page: Page): Promise<{ held: () => number; release: () => void }> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let held = 0;
  await page.route(/_next\/static\/.*\.js/, async (route) => {
    held += 1;
    await released;
    await route.continue();
  });
  return { held: () => held, release };
}

test('what is typed before the search was fetched is searched for, from any screen', async ({
  page,
  person,
}) => {
  await enter(page, person);
  await field(page).fill('a draft');
  const { held, release } = await holdScripts(page);
  await page.keyboard.press('Control+Shift+e');
  await expect.poll(held).toBeGreaterThan(0);
  await page.keyboard.type('uploadRetries');
  release();
  await expect(box(page)).toHaveValue('uploadRetries');
  await expect(box(page)).toBeFocused();
  await expect(page.getByRole('option').first()).toContainText('policy.ts');
  await page.getByRole('link', { name: 'MLX Code' }).click();
  await expect(field(page)).toHaveValue('a draft');
});

test('the list of names gives the focus back, and the key for the search leads to it from a graph', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await page.goto(person.daemon.url);
  await field(page).focus();
  await page.keyboard.press('Control+p');
  const names = page.getByRole('dialog', { name: 'Open a file' });
  await expect(names.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('policy');
  await expect(names.getByRole('option').first()).toContainText('policy.ts');
  await page.keyboard.press('Escape');
  await expect(names).toBeHidden();
  await expect(field(page)).toBeFocused();
  await expect(field(page)).toHaveValue('');
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&view=imports`);
  await expect(page.getByRole('region', { name: 'Graph' })).toBeVisible();
  await page.keyboard.press('Control+Shift+e');
  await expect(box(page)).toBeFocused();
});

for (const theme of ['light', 'dark'] as const) {
  test(`a graph is saved as SVG and PNG in the ${theme} theme, every name whole`, async ({
    page,
    person,
  }) => {
    await page.emulateMedia({ colorScheme: theme });
    const id = await enter(page, person);
    await page.goto(`${person.daemon.url}/workspaces?id=${id}&view=imports&around=src/main.ts`);
    const saved = async (entry: string) => {
      await page.getByRole('button', { name: 'Save the picture' }).click();
      const coming = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: entry }).click();
      const file = await coming;
      return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
    };
    const svg = await saved('As SVG');
    expect(svg.name).toBe('imports.svg');
    const text = svg.bytes.toString();
    expect(text).toMatch(/^<svg /);
    for (const name of ['Imports around src/main.ts', '>main.ts<', '>send.ts<', `>${LONG}<`])
      expect(text).toContain(name);
    const [, red = ''] = /<rect width="100%" height="100%" fill="#(..)/.exec(text) ?? [];
    expect(Number.parseInt(red, 16) > 128).toBe(theme === 'light');
    const png = await saved('As PNG');
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    const width = Number(/width="(\d+)"/.exec(text)?.[1]);
    expect(png.bytes.readUInt32BE(16)).toBe(width * 2);
  });
}

test('a folder that is being indexed is told on every screen until it is done, and leads to its state', async ({
  page,
  person,
}) => {
  await enter(page, person);
  const functions = Array.from(
    { length: 30 },
    (_, at) => `export function one${at}() {\n  return ${at};\n}\n`,
  );
  for (let at = 0; at < 3000; at += 1) person.write(`../large/src/f${at}.ts`, functions.join('\n'));
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL(/settings/);
  const id = await openWorkspace(page, person.project.replace(/atlas$/, 'large'));
  const line = page.getByRole('link', { name: /^Indexing large/ });
  await expect(line).toContainText('%');
  await expect(line.getByRole('progressbar', { name: 'Files of large read' })).toBeVisible();
  await line.click();
  await expect(page).toHaveURL(new RegExp(`/workspaces\\?id=${id}`));
  await expect(page.getByRole('dialog', { name: 'Index' })).toBeVisible();
  await indexed(page, id);
  await expect(line).toHaveCount(0);
});
