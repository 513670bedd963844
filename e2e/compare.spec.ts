import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Comparison, ContestantInput, Turn } from '#server/features/compare/contract.ts';
import { findNoFaults } from './accessibility.ts';
import { callFrom } from './call-from.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { engines } from './engines.ts';
import { expect as usual, openLink, test } from './fixtures.ts';

/** Engines on a busy machine take their time; nothing here is a measurement. */
const expect = usual.configure({ timeout: 60_000 });

/** One of the few on which the two built-in models disagree word for word. */
const QUESTION = 'How do I load a model, and what does it cost?';
const SHORT = { max_tokens: 24, temperature: 0 };
/** Rewards what was just said, so that the guide repeats itself until the limit: time to reload, stop and kill. */
const ENDLESS = { repetition_penalty: 0.5, max_tokens: 3000 };
const BOTH = [contestant('guide', SHORT), contestant('guide-small', SHORT)];
const NAMES = /Guide (small )?\(built in\)/;

const columns = (page: Page) => page.getByRole('article', { name: /^Answer [A-F]$/ });
const column = (page: Page, letter: string) => page.getByRole('article', { name: `Answer ${letter}` });
const voteButton = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Vote' }).getByRole('button', { name });

function contestant(model_id: string, parameters: ContestantInput['parameters']) {
  return { model_id, parameters };
}

async function go(page: Page, path: string): Promise<void> {
  await page.goto(new URL(path, page.url()).href);
}

/** Opens the app and waits until it is signed in. */
async function enter(page: Page, daemon: Daemon): Promise<void> {
  await openLink(page, daemon);
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
}

/** Cuts the second contestant's answers short in the form: identical answers cannot be judged. */
async function shortenSecond(page: Page): Promise<void> {
  await page.getByText('The model’s own settings').nth(1).click();
  await page.getByRole('textbox', { name: 'Longest answer of contestant 2' }).fill('12');
  await page.keyboard.press('Tab');
  await expect(page.getByText('at most 12 tokens')).toBeVisible();
}

async function begin(page: Page, options: object): Promise<Comparison> {
  const made = await callFrom<Comparison>(page, '/compare/comparisons', {
    ...{ contestants: BOTH, prompt: QUESTION },
    ...options,
  });
  await go(page, `/compare?id=${made.id}`);
  return made;
}

test.describe.configure({ timeout: 180_000 });

test.describe('a blind vote', () => {
  test('is cast, taken back and cast again by keyboard alone; names appear after it and not before', async ({
    signedIn: page,
  }) => {
    await go(page, '/compare?view=new');
    await expect(
      page.getByRole('button', { name: /^Model of contestant 1: Guide \(built in\)/ }),
    ).toBeVisible();
    await shortenSecond(page);
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).focus();
    await page.keyboard.type(QUESTION);
    await page.keyboard.press('Control+Enter');
    await expect(columns(page)).toHaveCount(2);
    await expect(voteButton(page, 'A is better')).toBeDisabled();
    for (const letter of ['A', 'B']) await expect(column(page, letter)).toContainText('done');
    await expect(voteButton(page, 'A is better')).toBeEnabled();
    const main = page.getByRole('main');
    await expect(main).not.toContainText(NAMES);
    await expect(main).not.toContainText('tok/s');
    await page.keyboard.press('ArrowLeft');
    await expect(main).toContainText('Your vote: A is better');
    await expect(column(page, 'A')).toContainText(NAMES);
    await expect(column(page, 'B')).toContainText(/tok\/s/);
    await expect(page.getByRole('region', { name: 'Ranking so far' })).toContainText('1 vote');
    await page.keyboard.press('Control+z');
    await expect(voteButton(page, 'Tie')).toBeEnabled();
    await page.keyboard.press('ArrowUp');
    await expect(main).toContainText('Your vote: a tie');
    await page.reload();
    await expect(main).toContainText('Your vote: a tie');
  });

  test('leaves arrow keys to text fields', async ({ signedIn: page }) => {
    await begin(page, {});
    await expect(voteButton(page, 'Tie')).toBeEnabled();
    const field = page.getByRole('textbox', { name: 'Follow-up to all' });
    await field.fill('and');
    await field.press('ArrowLeft');
    await field.press('Control+z');
    await expect(voteButton(page, 'Tie')).toBeEnabled();
  });

  test('takes a reason, tags and grades, and the ranking of the tag counts it', async ({
    signedIn: page,
  }) => {
    await begin(page, {});
    await voteButton(page, 'B is better').click();
    await page.getByRole('button', { name: 'Say why' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('It answers the question.');
    await page.getByRole('textbox', { name: 'Tags' }).fill('loading');
    await page.getByRole('combobox', { name: 'Clear, A' }).click();
    await page.getByRole('option', { name: '2' }).click();
    await expect(page.getByRole('listbox')).toHaveCount(0);
    await page.getByRole('combobox', { name: 'Clear, B' }).click();
    await page.getByRole('option', { name: '4' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByRole('dialog').getByText('Saved')).toBeVisible();
    await page.reload();
    await expect(page.getByRole('main')).toContainText('It answers the question.');
    await go(page, '/compare?view=ranking');
    await page.getByRole('combobox', { name: 'Tag' }).click();
    await page.getByRole('option', { name: /^loading/ }).click();
    await expect(page.getByRole('region', { name: 'Votes on loading' })).toContainText('1 vote');
  });

  test('from a second tab meets the vote that stands', async ({ signedIn: page, context }) => {
    const { id } = await begin(page, {});
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(voteButton(page, 'Tie')).toBeEnabled();
    const [turn] = (await callFrom<{ turns: Turn[] }>(page, `/compare/comparisons/${id}`)).turns;
    await expect(voteButton(other, 'Tie')).toBeEnabled();
    await other.route('**/api/compare/votes', async (route) => {
      // The first tab is faster by a hair: its vote is there when this one arrives.
      await voteButton(page, 'Tie').click();
      await expect(page.getByRole('main')).toContainText('Your vote: a tie');
      await route.continue();
    });
    await voteButton(other, 'A is better').click();
    await expect(other.getByRole('main')).toContainText('Your vote: a tie');
    const { votes } = await callFrom<{ votes: unknown[] }>(page, `/compare/comparisons/${id}`);
    expect(votes).toHaveLength(1);
    expect(turn?.open_pairs).toHaveLength(1);
  });
});

test.describe('answers side by side', () => {
  test('go on where they were after a reload in the middle, and stop together', async ({
    signedIn: page,
  }) => {
    await begin(page, {
      contestants: [3000, 2000].map((max_tokens) => contestant('guide', { ...ENDLESS, max_tokens })),
    });
    const text = page.getByTestId('answer-text').first();
    const length = async () => (await text.textContent())?.length ?? 0;
    await expect(text).toBeVisible();
    const before = await length();
    await page.reload();
    await expect.poll(length).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Stop all' }).click();
    await expect(page.getByRole('button', { name: 'Ask all' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try again' }).first()).toBeVisible();
  });

  test('go on when their engine is killed in the middle', async ({ page, ownDaemon }) => {
    await enter(page, ownDaemon);
    await begin(page, {
      contestants: [contestant('guide', { ...ENDLESS, max_tokens: 600 }), contestant('guide-small', SHORT)],
    });
    const text = page.getByTestId('answer-text').first();
    await expect(text).toBeVisible();
    const killed = engines(ownDaemon.pid);
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    for (const letter of ['A', 'B'])
      await expect(column(page, letter)).toContainText('done', { timeout: 120_000 });
    await expect(voteButton(page, 'Tie')).toBeEnabled();
  });

  test('show their difference, an ensemble, and go on as a conversation', async ({ signedIn: page }) => {
    await begin(page, { blind: false });
    for (const letter of ['A', 'B']) await expect(column(page, letter)).toContainText(NAMES);
    await expect(voteButton(page, 'Tie')).toBeEnabled();
    await page.getByRole('button', { name: 'Difference' }).click();
    await expect(
      page.getByRole('group', { name: 'Difference of A and B' }).locator('del').first(),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Ensemble' }).click();
    const ensemble = page.getByRole('region', { name: 'Ensemble' });
    await expect(ensemble).toContainText(/Disagreement [01]\.\d\d/);
    await ensemble.getByRole('button', { name: 'Merge' }).click();
    const merged = ensemble.getByRole('article', { name: 'Merged answer' });
    await expect(merged).toHaveAttribute('aria-busy', 'false', { timeout: 120_000 });
    await page.getByRole('textbox', { name: 'Follow-up to all' }).fill('And how do I unload it?');
    await page.keyboard.press('Enter');
    await expect(columns(page)).toHaveCount(4);
    await page.getByRole('button', { name: 'Continue A as a conversation' }).first().click();
    await expect(page).toHaveURL(/\/chat\?id=/);
    await expect(page.getByRole('main')).toContainText(QUESTION);
  });

  test('start from an answer in a conversation', async ({ signedIn: page }) => {
    await go(page, '/');
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('What is a persona?');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Compare this prompt' }).click();
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue(
      'What is a persona?',
    );
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await expect(page.getByRole('group', { name: 'Prompt' })).toHaveText('What is a persona?');
    await expect(columns(page)).toHaveCount(2);
  });
});

test('six contestants share a budget for one model, and all of them answer', async ({ page }) => {
  const home = mkdtempSync(join(tmpdir(), 'mlx-code-e2e-'));
  const probe = await startDaemon({ home });
  let daemon = probe;
  try {
    await enter(page, probe);
    interface Models {
      models: { id: string; memory_bytes: number }[];
      resident: { state: string; memory_bytes: number }[];
    }
    const needs = (await callFrom<Models>(page, '/models')).models.map(({ memory_bytes }) => memory_bytes);
    const [most = 0, next = 0] = needs.sort((one, other) => other - one);
    const budget = Math.round(most + next / 2);
    await probe.kill('SIGTERM');
    daemon = await startDaemon({ home, flags: ['--memory-budget', String(budget)] });
    await enter(page, daemon);
    const contestants = ['guide', 'guide-small'].flatMap((model) =>
      // Where they are cut they differ, whatever they say: identical answers cannot be judged.
      [20, 24, 28].map((max_tokens) => contestant(model, { temperature: 0, max_tokens })),
    );
    await begin(page, { contestants, prompt: 'Tell me about the context window.' });
    await expect(columns(page)).toHaveCount(6);
    const held: number[] = [];
    await expect
      .poll(
        async () => {
          const { resident } = await callFrom<Models>(page, '/models');
          // What starts has its place promised, and waits to load until what leaves has left.
          const holding = resident.filter(({ state }) => state !== 'starting');
          held.push(holding.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0));
          return columns(page).filter({ hasText: 'done' }).count();
        },
        { timeout: 150_000 },
      )
      .toBe(6);
    expect(Math.max(...held)).toBeLessThanOrEqual(budget);
    await expect(page.getByRole('button', { name: 'Judge pair by pair' })).toBeEnabled();
    await expect(page.getByRole('main')).not.toContainText(NAMES);
    await page.getByRole('button', { name: 'Judge pair by pair' }).click();
    await expect(page.getByText(/^pair 1 of \d+/)).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Next pair' }).press('Enter');
    await expect(page.getByText(/^pair 2 of \d+/)).toBeVisible();
    await expect(columns(page)).toHaveCount(2);
  } finally {
    await daemon.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
});

test.describe('an unattended run', () => {
  test('names the rows of a CSV that it leaves out, runs the others, and is voted on', async ({
    signedIn: page,
  }) => {
    await go(page, '/compare?view=sets');
    await page.getByRole('button', { name: 'New prompt set' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Mine');
    await page.getByRole('radio', { name: 'File' }).click();
    const csv = 'prompt,contains\nHow do I load a model?,model\n,nothing\nWhat is a persona?,\n';
    const file = { name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await page.getByLabel('CSV or JSONL file').setInputFiles(file);
    await page.getByRole('button', { name: 'Make the set' }).click();
    await expect(page.getByRole('list', { name: 'Rows that were left out' })).toContainText('row 3, prompt');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Run Mine' }).click();
    await shortenSecond(page);
    await page.getByRole('button', { name: 'Start the run' }).click();
    const progress = page.getByRole('region', { name: 'Progress' });
    await expect(progress.getByRole('status')).toHaveText('Done', { timeout: 150_000 });
    await expect(progress).toContainText('4 of 4 answers');
    await page.getByRole('button', { name: 'Vote on results' }).click();
    await expect(page.getByText(/^pair 1 of 2/)).toBeVisible();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('button', { name: 'Next pair' }).press('Enter');
    await expect(page.getByText(/^pair 2 of 2/)).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Next pair' }).press('Enter');
    await page.getByRole('button', { name: 'See the answers and names' }).click();
    const figures = page.getByRole('region', { name: 'Figures' });
    await expect(figures.getByRole('row')).toHaveCount(3);
    await expect(figures).toContainText(/\d+ %/);
  });

  test('goes on after the daemon was killed in the middle', async ({ page, ownDaemon, consoleErrors }) => {
    await enter(page, ownDaemon);
    const { id } = await callFrom<Comparison>(page, '/compare/runs', {
      ...{ set_id: 'builtin-coding-reading', contestants: [contestant('guide', SHORT)] },
    });
    await go(page, `/compare?id=${id}`);
    const progress = page.getByRole('region', { name: 'Progress' });
    await expect(progress).toContainText(/[1-9]\d* of \d+ answers/);
    await ownDaemon.kill();
    await ownDaemon.restart();
    await enter(page, ownDaemon);
    await go(page, `/compare?id=${id}`);
    await expect(progress.getByRole('status')).toHaveText('Done', { timeout: 150_000 });
    consoleErrors.length = 0;
  });
});

test('comparisons are listed, deleted with their votes, and brought back', async ({ signedIn: page }) => {
  const { id } = await begin(page, { title: 'To be deleted' });
  await voteButton(page, 'Tie').click();
  await expect(page.getByRole('main')).toContainText('Your vote: a tie');
  await page.getByRole('link', { name: 'All comparisons' }).click();
  const row = page
    .getByRole('list', { name: 'Comparisons' })
    .getByRole('listitem')
    .filter({ hasText: 'To be deleted' });
  await expect(row).toContainText('1 vote');
  await page.getByRole('button', { name: 'Actions for To be deleted' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toHaveCount(1);
  await go(page, `/compare?id=${id}`);
  await expect(page.getByRole('main')).toContainText('Your vote: a tie');
});

test('a comparison is exported to read, and its charts are saved as pictures', async ({ signedIn: page }) => {
  await begin(page, { title: 'Exported' });
  await voteButton(page, 'A is better').click();
  await expect(page.getByRole('region', { name: 'Ranking so far' })).toBeVisible();
  const saved = async (open: string, item: string) => {
    await page.getByRole('button', { name: open }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: item }).click();
    return readFileSync(await (await downloading).path());
  };
  expect((await saved('Export this comparison', 'Markdown')).toString()).toContain(QUESTION);
  expect((await saved('Save the charts', 'Strengths as SVG')).toString()).toMatch(/^<svg [\s\S]*Guide/);
  const png = await saved('Save the charts', 'Pairs as PNG');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
});

test.describe('everybody can use it', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`a checker of accessibility finds nothing serious in the ${colorScheme}`, async ({
      signedIn: page,
    }) => {
      await page.emulateMedia({ colorScheme });
      const { id } = await begin(page, {});
      await expect(voteButton(page, 'Tie')).toBeEnabled();
      await findNoFaults(page);
      await voteButton(page, 'A is better').click();
      await page.getByRole('button', { name: 'Pair by pair' }).click();
      await page.getByRole('button', { name: 'Difference' }).click();
      await findNoFaults(page);
      for (const view of [
        '',
        '?view=new',
        '?view=run',
        '?view=ranking',
        '?view=sets',
        `?id=${id}&view=vote`,
      ]) {
        await go(page, `/compare${view}`);
        await expect(page.getByRole('main').getByRole('button').first()).toBeVisible();
        await findNoFaults(page);
      }
    });
  }

  test('on a phone the answers are swiped one at a time and nothing is cut off', async ({
    signedIn: page,
  }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    const { id } = await begin(page, {});
    await expect(voteButton(page, 'Tie')).toBeEnabled();
    await expect(column(page, 'A')).toBeInViewport({ ratio: 0.5 });
    await expect(column(page, 'B')).not.toBeInViewport({ ratio: 0.5 });
    await page.getByRole('navigation', { name: 'Answers' }).getByRole('button', { name: 'Model B' }).click();
    await expect(column(page, 'B')).toBeInViewport({ ratio: 0.5 });
    for (const path of [`?id=${id}`, '', '?view=new', '?view=run', '?view=ranking', '?view=sets']) {
      await go(page, `/compare${path}`);
      await expect(page.getByRole('main').getByRole('button').first()).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
    }
  });
});
