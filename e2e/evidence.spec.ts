import type { Page } from '@playwright/test';
import { findNoFaults } from './accessibility.ts';
import { callFrom } from './call-from.ts';
import { expect as usual, openLink, test as base } from './fixtures.ts';
import { indexed, openWorkspace, type Person, withPerson } from './workspace-fixture.ts';

const expect = usual.configure({ timeout: 30_000 });
const LINE = 'export const uploadRetries = 7;';
const QUESTION = 'How often is an upload tried again?';

const FILES = {
  'src/upload/policy.ts': `/** How often an upload is tried again. */\n${LINE}\n`,
  'src/upload/send.ts': 'export function sendUpload(name: string): string {\n  return name;\n}\n',
  'src/tool.py': 'def prune_grapevines():\n    return 1\n',
};

const test = base.extend<object, { person: Person }>({
  person: [async ({}, provide) => withPerson('atlas', FILES, provide), { scope: 'worker', timeout: 60_000 }],
});

test.describe.configure({ timeout: 120_000 });

const field = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const answer = (page: Page) => page.getByRole('article', { name: 'Answer' }).last();
const sources = (page: Page) => answer(page).getByRole('region', { name: 'Sources' });
const suggestion = (page: Page, name: string | RegExp) =>
  page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option', { name });

/** Signs in, opens the project, and waits until a question finds it: that one does not wait for a model to load. */
async function enter(page: Page, { daemon, project }: Person): Promise<string> {
  await daemon.restart();
  await openLink(page, daemon);
  await expect(field(page)).toBeVisible();
  const id = await openWorkspace(page, project);
  await indexed(page, id);
  await callFrom(page, `/retrieval/${id}/context`, { query: QUESTION });
  return id;
}

/** Opens a conversation whose model says exactly this, the folder attached. */
async function begin(page: Page, workspace_id: string, says: string): Promise<void> {
  const value = says.replace(/[[\]().*+?{}|^$\\]/g, '\\$&');
  const parameters = { max_tokens: 200, constraint: { type: 'regex', value } };
  const { id } = await callFrom<{ id: string }>(page, '/chat/conversations', {
    workspace_id,
    parameters,
  });
  await page.goto(new URL(`/chat?id=${id}`, page.url()).href);
  await expect(page.getByRole('button', { name: /^atlas/ })).toBeVisible();
}

async function ask(page: Page, question: string): Promise<void> {
  await field(page).fill(question);
  await page.keyboard.press('Enter');
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
}

test('an answer keeps its sources: a citation opens the file at the line, a quote says whether it is there', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await begin(page, id, `It is tried again [1]: \`${LINE}\` and not \`export const uploadRetries = 8;\``);
  await ask(page, QUESTION);
  await expect(sources(page).getByRole('link', { name: /policy\.ts:\d.*verified/ })).toBeVisible();
  const text = answer(page).getByTestId('answer-text');
  await expect(text.getByRole('link', { name: '1 (verified)' })).toBeVisible();
  await expect(text.getByText('export const uploadRetries = 8; (not in the sources)')).toBeVisible();
  await findNoFaults(page);
  await page.reload();
  await text.getByRole('link', { name: `${LINE} (verified)` }).click();
  await expect(page).toHaveURL(/\/workspaces\?id=.*path=src%2Fupload%2Fpolicy\.ts&line=2/);
  await expect(page.locator('.cm-line.cm-marked')).toHaveText([LINE]);
});

test('a file is pointed at with # by keyboard alone, and what would go with the message is shown', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await begin(page, id, 'Fine.');
  await field(page).focus();
  await page.keyboard.type('What is this? #send');
  await expect(suggestion(page, /send\.ts/).first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Remove .*send/ })).toBeVisible();
  await expect(field(page)).toHaveValue('What is this? ');
  const preview = page.getByRole('button', { name: /\d+ sources?, \d+ tokens/ });
  await preview.press('Enter');
  const shown = page.getByRole('dialog', { name: 'What goes with this message' });
  await expect(shown.getByText(/send\.ts:1-3/)).toBeVisible();
  await findNoFaults(page);
  await page.keyboard.press('Escape');
  // Closing gives the focus back a moment later.
  await expect(preview).toBeFocused();
  await field(page).focus();
  await page.keyboard.press('Enter');
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
  await expect(page.getByRole('article', { name: 'You' })).toContainText('send');
  await page.getByRole('button', { name: /sources? (was|were) read/ }).press('Enter');
  await expect(sources(page).getByRole('link', { name: /send\.ts:1-3/ })).toBeVisible();
});

test('a piece that is taken out of the preview does not reach the model', async ({ page, person }) => {
  const id = await enter(page, person);
  await begin(page, id, 'Fine.');
  await field(page).fill(QUESTION);
  await page.getByRole('button', { name: /\d+ sources?, \d+ tokens/ }).click();
  const shown = page.getByRole('dialog', { name: 'What goes with this message' });
  await shown.getByRole('checkbox', { name: /policy\.ts/ }).uncheck();
  await expect(shown.getByText('left out')).toBeVisible();
  await page.keyboard.press('Escape');
  await field(page).press('Enter');
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
  await expect(answer(page).getByRole('link', { name: /policy\.ts/ })).toHaveCount(0);
});

test('a source that changed since is marked, also after a reload; what is not found is said', async ({
  page,
  person,
}) => {
  const id = await enter(page, person);
  await begin(page, id, 'As in [1].');
  await ask(page, QUESTION);
  const chip = sources(page).getByRole('link', { name: /policy\.ts/ });
  await expect(chip).toBeVisible();
  await expect(chip).not.toContainText('changed');
  person.write('src/upload/policy.ts', '// It moved.\nexport const uploadRetries = 9;\n');
  await expect(chip).toContainText('changed');
  await page.reload();
  await expect(chip).toContainText('changed');
  await ask(page, 'photosynthesis of deciduous conifers');
  await expect(answer(page)).toContainText('Nothing relevant was found in the folder');
});

test('a question can be begun from the file that it is about', async ({ page, person }) => {
  const id = await enter(page, person);
  await page.goto(`${person.daemon.url}/workspaces?id=${id}&path=src/upload/send.ts&line=1&end=2`);
  await page.getByRole('link', { name: 'Ask about this' }).click();
  await expect(page.getByRole('button', { name: 'Remove src/upload/send.ts:1-2' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^atlas/ })).toBeVisible();
  await expect(field(page)).toBeFocused();
});
