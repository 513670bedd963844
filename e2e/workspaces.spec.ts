import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, openLink, test as base } from './fixtures.ts';
import { openWorkspace, type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 20_000 });

const POLICY = Array.from({ length: 400 }, (_, at) => `export const value${at + 1} = ${at + 1};`).join('\n');

const FILES = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.gitignore': '*.log\n',
  'src/upload/policy.ts': POLICY,
  'src/tool.py': 'def main():\n    return 1\n',
  'src/evil\u202egnp.ts': 'export {};\n',
  'debug.log': 'x\n',
  'image.png': 'PNG\0',
  'README.md': '# Atlas\n',
  // A second project, next to the first.
  '../other/a.go': 'package main\n',
};

const test = base.extend<object, { person: Person }>({
  person: [async ({}, provide) => withPerson('atlas', FILES, provide), { scope: 'worker', timeout: 60_000 }],
});

const tree = (page: Page) => page.getByRole('tree', { name: 'Files' });
const row = (page: Page, name: string | RegExp) => tree(page).getByRole('treeitem', { name });
const text = (page: Page) => page.getByRole('textbox', { name: /^Text of/ });

/** Signs in and goes to the screen with a project open, as left by whichever test came first. */
async function enter(page: Page, { daemon, project }: Person, file = ''): Promise<string> {
  await daemon.restart();
  await openLink(page, daemon);
  await page.goto(`${daemon.url}/workspaces`);
  const id = await openWorkspace(page, project);
  await page.goto(`${daemon.url}/workspaces?id=${id}${file}`);
  await expect(
    tree(page)
      .or(page.getByRole('region', { name: 'File' }))
      .first(),
  ).toBeVisible();
  return id;
}

test.describe.configure({ timeout: 120_000 });

test('a folder is opened, walked through and read by keyboard alone', async ({ page, person }) => {
  await person.daemon.restart();
  await openLink(page, person.daemon);
  await page.goto(`${person.daemon.url}/workspaces`);
  await page.getByRole('button', { name: 'Open a folder' }).press('Enter');
  const path = page.getByRole('combobox', { name: 'Path' });
  await path.focus();
  await page.keyboard.type('~/code/at');
  await expect(page.getByRole('option', { name: /^atlas/ })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(path).toHaveValue('~/code/atlas/');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Workspace: atlas' })).toBeVisible();
  await expect(page.getByText('main', { exact: true })).toBeVisible();
  await expect(row(page, 'src')).toBeVisible();
  await tree(page).focus();
  await page.keyboard.type('s');
  await page.keyboard.press('ArrowRight');
  await expect(row(page, 'upload')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(row(page, 'policy.ts')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(text(page)).toContainText('export const value1 = 1;');
  await expect(page).toHaveURL(/path=src%2Fupload%2Fpolicy\.ts/);
  await text(page).focus();
  await page.keyboard.press('Control+g');
  await page.keyboard.type('300');
  await page.keyboard.press('Enter');
  await expect(text(page)).toContainText('value300');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('value7 ');
  await page.keyboard.press('Enter');
  await expect(text(page)).toContainText('export const value7 = 7;');
  await page.keyboard.press('Escape');
  await page.keyboard.type('cannot be written');
  await expect(text(page)).not.toContainText('cannot be written');
});

test('a file is opened at a line; reload and back keep the place', async ({ page, person }) => {
  await enter(page, person, '&path=src/upload/policy.ts&line=310&end=312');
  const marked = page.locator('.cm-line.cm-marked');
  await expect(marked).toHaveCount(3);
  await expect(marked.first()).toHaveText('export const value310 = 310;');
  await expect(marked.first()).toBeInViewport();
  await expect(row(page, 'policy.ts')).toHaveAttribute('aria-selected', 'true');
  await page.reload();
  await expect(marked.first()).toBeInViewport();
  await page.locator('.cm-lineNumbers .cm-gutterElement', { hasText: '315' }).click();
  await expect(page).toHaveURL(/line=315/);
  await expect(marked).toHaveText(['export const value315 = 315;']);
  await row(page, 'tool.py').click();
  await expect(text(page)).toContainText('def main()');
  await page.goBack();
  await expect(marked).toHaveText(['export const value315 = 315;']);
});

test('what is left out, no text, gone or oddly named says so', async ({ page, person, consoleErrors }) => {
  await enter(page, person);
  await expect(row(page, 'debug.log, left out of the index')).toBeVisible();
  await row(page, 'image.png').click();
  await expect(page.getByText('It is not a text file.')).toBeVisible();
  await row(page, 'src').click();
  await row(page, 'evil\\u202egnp.ts').click();
  await expect(page.getByRole('heading', { name: 'src/evil\\u202egnp.ts' })).toBeVisible();
  await expect(text(page)).toContainText('export {};');
  renameSync(person.project, `${person.project}-away`);
  await expect(page.getByText('The folder is not there')).toBeVisible();
  // What was being asked for while it went.
  consoleErrors.length = 0;
  renameSync(`${person.project}-away`, person.project);
  await page.reload();
  await expect(row(page, 'README.md')).toBeVisible();
});

test('several folders are open, switched between, closed and brought back', async ({ page, person }) => {
  await enter(page, person);
  await page.getByRole('button', { name: 'Workspace: atlas' }).click();
  await page.getByRole('menuitem', { name: 'Open a folder' }).click();
  await page
    .getByRole('region', { name: 'Folders of this machine' })
    .getByRole('button', { name: 'code' })
    .click();
  await page.getByRole('button', { name: 'other', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Path' })).toHaveValue(join(person.home, 'code/other'));
  await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click();
  await expect(row(page, 'a.go')).toBeVisible();
  await page.getByRole('button', { name: 'Workspace: other' }).click();
  await page.getByRole('menuitem', { name: /^atlas/ }).click();
  await expect(row(page, 'README.md')).toBeVisible();
  await page.getByRole('button', { name: 'Workspace: atlas' }).click();
  await page.getByRole('menuitem', { name: 'Close atlas' }).click();
  await expect(page.getByRole('button', { name: 'Workspace: other' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Workspace: atlas' })).toBeVisible();
});

test('a folder that may not be opened is refused with the reason', async ({
  page,
  person,
  consoleErrors,
}) => {
  await enter(page, person);
  await page.getByRole('button', { name: 'Workspace: atlas' }).click();
  await page.getByRole('menuitem', { name: 'Open a folder' }).click();
  await page.getByRole('combobox', { name: 'Path' }).fill('~/');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('holds your whole home folder');
  consoleErrors.length = 0;
});

test('what a person sets for a workspace is kept, and a mistake in the project file is named', async ({
  page,
  person,
}) => {
  await enter(page, person);
  person.write('.mlx-code.json', '{\n  "model": "guide",\n  "max_tokens": "many"\n}\n');
  await page.getByRole('button', { name: 'Settings of this workspace' }).click();
  const settings = page.getByRole('dialog', { name: 'Settings of this workspace' });
  await expect(settings.getByRole('alert')).toContainText('.mlx-code.json, line 3: max_tokens');
  await settings.getByRole('textbox', { name: 'Persona' }).fill('You know atlas.');
  await settings.getByRole('textbox', { name: 'Name' }).fill('Atlas project');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Workspace: Atlas project' })).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Settings of this workspace' }).click();
  await expect(settings.getByRole('textbox', { name: 'Persona' })).toHaveValue('You know atlas.');
  await settings.getByRole('textbox', { name: 'Name' }).fill('atlas');
  await page.keyboard.press('Enter');
});

for (const theme of ['light', 'dark'] as const) {
  test(`has no serious fault of access in the ${theme} theme`, async ({ page, person }) => {
    await page.emulateMedia({ colorScheme: theme });
    await enter(page, person, '&path=src/upload/policy.ts&line=31&end=36');
    await expect(page.locator('.cm-marked').first()).toBeVisible();
    await findNoFaults(page);
    await page.getByRole('button', { name: 'Find in this file (Ctrl F)' }).click();
    await expect(page.getByRole('textbox', { name: 'Find' })).toBeFocused();
    await findNoFaults(page);
    await page.getByRole('button', { name: 'Settings of this workspace' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await findNoFaults(page);
  });
}

test('at 360 px files and file take turns, and nothing is wider than the page', async ({ page, person }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await enter(page, person);
  await row(page, 'README.md').click();
  await expect(text(page)).toContainText('# Atlas');
  await expect(text(page).locator('.syn-key')).toContainText('Atlas');
  await expect(tree(page)).toBeHidden();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBe(360);
  await page.getByRole('button', { name: 'Back to the files' }).click();
  await expect(row(page, 'README.md')).toBeVisible();
});
