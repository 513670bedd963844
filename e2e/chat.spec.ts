import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { ulid } from 'ulid';
import { writeMarkdown } from '#server/features/chat/markdown.ts';
import type { Conversation } from '#server/features/chat/contract.ts';
import { findNoFaults } from './accessibility.ts';
import { callFrom } from './call-from.ts';
import { engines } from './engines.ts';
import { expect as usual, openLink, test } from './fixtures.ts';

/** An engine on a busy machine takes its time; nothing here is a measurement. */
const expect = usual.configure({ timeout: 30_000 });

const QUESTION = 'How do I load a model?';
/** Rewards what was just said, so that the guide repeats itself until the limit: time to reload, stop and kill. */
const ENDLESS = { repetition_penalty: 0.5, max_tokens: 4000 };

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const answers = (page: Page) => page.getByRole('article', { name: 'Answer' });
const stopButton = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });
const sidebar = (page: Page) => page.getByRole('list', { name: 'Conversations' });
/** The figures under a finished answer. */
const figures = (answer: Locator) => answer.getByRole('paragraph').filter({ hasText: /tok\/s/ });

async function ask(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.keyboard.press('Enter');
}

/** A conversation with these parameters and nothing in it. */
async function open(page: Page, parameters: Conversation['parameters']): Promise<void> {
  await expect(composer(page)).toBeVisible();
  const { id } = await callFrom<Conversation>(page, '/chat/conversations', { parameters });
  await page.goto(new URL(`/chat?id=${id}`, page.url()).href);
}

/** An answer that is being written, and goes on for a while. */
async function startLong(page: Page): Promise<void> {
  await open(page, ENDLESS);
  await ask(page, QUESTION);
  await expect(answers(page).getByRole('status')).toHaveText(/^[\d,]+ tokens$/);
}

async function tokens(page: Page): Promise<number> {
  return Number((await answers(page).getByRole('status').innerText()).replaceAll(/\D/g, ''));
}

test.describe.configure({ timeout: 120_000 });

test.describe('asking', () => {
  test('a question is answered as it is typed, with its figures, a title and an address', async ({
    signedIn: page,
  }) => {
    await ask(page, QUESTION);
    await expect(answers(page)).toHaveCount(1);
    await expect(figures(answers(page))).toHaveText(/[\d.]+ tok\/s · \d+ tokens · [\d.]+ s to first/);
    await expect(page).toHaveURL(/\/chat\?id=[0-9A-Z]{26}$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(QUESTION);
    await expect(sidebar(page).locator('a[aria-current="page"]')).toHaveText(QUESTION);
    await expect(composer(page)).toHaveValue('');
    await page.reload();
    await expect(figures(answers(page))).toBeVisible();
  });

  test('Shift+Enter breaks the line, and what is not sent is still there after a reload', async ({
    signedIn: page,
  }) => {
    await composer(page).fill('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await expect(composer(page)).toHaveValue('one\ntwo');
    await page.reload();
    await expect(composer(page)).toHaveValue('one\ntwo');
    await composer(page).fill('');
  });

  test('Enter that ends an input method’s word does not send', async ({ signedIn: page }) => {
    await composer(page).fill('かな');
    await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229 });
    await expect(composer(page)).toHaveValue('かな');
    await expect(answers(page)).toHaveCount(0);
    await composer(page).fill('');
  });

  test('the gauge counts a first message before there is a conversation', async ({ signedIn: page }) => {
    await composer(page).fill(QUESTION);
    const gauge = page.getByRole('button', { name: /tokens of the context window$/ });
    await expect(gauge).toHaveText(/^[1-9][\d,]* of [\d,]+/);
    await composer(page).fill('');
  });

  test('the gauge counts the tokens of the next prompt, and shows what they are', async ({
    signedIn: page,
  }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    const gauge = page.getByRole('button', { name: /tokens of the context window$/ });
    await expect(gauge).toHaveText(/^[\d,]+ of [\d,]+/);
    const before = Number((await gauge.innerText()).split(' ')[0]?.replace(',', ''));
    await composer(page).fill('And how do I unload it again, please?');
    await expect
      .poll(async () => Number((await gauge.innerText()).split(' ')[0]?.replace(',', '')))
      .toBeGreaterThan(before);
    await gauge.click();
    await expect(
      page.getByRole('list', { name: 'Parts of the prompt' }).last().getByRole('listitem'),
    ).toHaveCount(3);
    await page.keyboard.press('Escape');
    await composer(page).fill('');
  });

  test('a prompt that does not fit is said before sending, and can go without the oldest messages', async ({
    signedIn: page,
  }) => {
    await open(page, { max_tokens: 16 });
    await ask(page, `${QUESTION} ${'word '.repeat(2500)}`);
    await expect(figures(answers(page).first())).toBeVisible();
    await composer(page).fill('more '.repeat(6000));
    await page.getByRole('button', { name: /^Send without the/ }).click();
    await expect(answers(page).last()).toContainText(/oldest message.* left out/);
    await expect(figures(answers(page).last())).toBeVisible();
  });
});

test.describe('a running answer', () => {
  test('stops on Esc, keeps what was written, and goes on from there', async ({ signedIn: page }) => {
    await startLong(page);
    await page.keyboard.press('Escape');
    await expect(figures(answers(page))).toHaveText(/stopped$/);
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(stopButton(page)).toBeVisible();
    await stopButton(page).click();
    await expect(figures(answers(page))).toHaveText(/stopped$/);
  });

  test('is live with Stop after a reload', async ({ signedIn: page }) => {
    await startLong(page);
    const before = await tokens(page);
    await page.reload();
    await expect(stopButton(page)).toBeVisible();
    await expect.poll(() => tokens(page)).toBeGreaterThan(before);
    await stopButton(page).click();
    await expect(figures(answers(page))).toBeVisible();
  });

  test('is the same in two tabs, and stopping it in one stops it in the other', async ({
    signedIn: page,
    context,
  }) => {
    await startLong(page);
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(stopButton(other)).toBeVisible();
    await page.bringToFront();
    await stopButton(page).click();
    await expect(figures(answers(page))).toBeVisible();
    await expect(figures(answers(other))).toHaveText(await figures(answers(page)).innerText(), {
      timeout: 1000,
    });
    expect(await answers(other).innerText()).toBe(await answers(page).innerText());
  });

  test('goes on by itself when its engine is killed', async ({ page, ownDaemon }) => {
    await openLink(page, ownDaemon);
    await startLong(page);
    const before = await tokens(page);
    for (const pid of engines(ownDaemon.pid)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => tokens(page)).toBeGreaterThan(before + 20);
    await stopButton(page).click();
    await expect(answers(page)).toContainText('Continued after an interruption');
  });

  test('is kept when the daemon is killed, and resumes with one press', async ({ page, ownDaemon }) => {
    await openLink(page, ownDaemon);
    await startLong(page);
    const before = await tokens(page);
    await ownDaemon.kill();
    await ownDaemon.restart();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => tokens(page)).toBeGreaterThan(before);
    await stopButton(page).click();
    await expect(answers(page)).toContainText('Continued after an interruption');
  });
});

test.describe('versions', () => {
  test('an answer is written again beside the first, and arrows lead back', async ({ signedIn: page }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await expect(page.getByRole('group', { name: 'Version 2 of 2' })).toBeVisible();
    await page.keyboard.press('Alt+ArrowLeft');
    await expect(page.getByRole('group', { name: 'Version 1 of 2' })).toBeVisible();
    await page.getByRole('button', { name: 'Next version' }).click();
    await expect(page.getByRole('group', { name: 'Version 2 of 2' })).toBeVisible();
  });

  test('a sent message is edited into a version of its own; both keep their answers', async ({
    signedIn: page,
  }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    await page.keyboard.press('ArrowUp');
    const editor = page.getByRole('form', { name: 'Edit message' });
    await editor.getByRole('textbox').fill('What is MLX Code?');
    await editor.getByRole('button', { name: 'Send' }).click();
    await expect(page.getByRole('article', { name: 'You' })).toContainText('What is MLX Code?');
    await expect(figures(answers(page))).toBeVisible();
    await page.getByRole('article', { name: 'You' }).hover();
    await page.getByRole('button', { name: 'Previous version' }).click();
    await expect(page.getByRole('article', { name: 'You' })).toContainText(QUESTION);
    await expect(answers(page)).toHaveCount(1);
  });

  test('a branch is a conversation of its own', async ({ signedIn: page }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    const first = page.url();
    await page.getByRole('button', { name: 'Branch into a new conversation' }).click();
    await expect(page).not.toHaveURL(first);
    await expect(answers(page)).toHaveCount(1);
  });

  test('a deleted answer comes back with undo', async ({ signedIn: page }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(answers(page)).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(answers(page)).toHaveCount(1);
  });
});

test.describe('conversations', () => {
  test('are renamed in the header, deleted, and brought back with undo', async ({ signedIn: page }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    const title = `Renamed ${ulid()}`;
    await page.getByRole('heading', { level: 1 }).getByRole('button').click();
    await page.getByRole('textbox', { name: 'Title of the conversation' }).fill(title);
    await page.keyboard.press('Enter');
    const row = sidebar(page).getByRole('link', { name: title });
    await expect(row).toBeVisible();
    await page.keyboard.press('Control+Shift+Backspace');
    await expect(row).toHaveCount(0);
    await expect(page).not.toHaveURL(/id=/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.click();
    await expect(answers(page)).toHaveCount(1);
  });

  test('are exported as Markdown and imported back with the same path', async ({ signedIn: page }) => {
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    const text = await answers(page).getByTestId('answer-text').innerText();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as Markdown' }).click();
    const file = readFileSync(await (await downloading).path(), 'utf8');
    const { conversations } = await importFile(page, file);
    await page.goto(new URL(`/chat?id=${conversations[0]!.id}`, page.url()).href);
    await expect(answers(page).getByTestId('answer-text')).toHaveText(text, { useInnerText: true });
  });

  test('an unknown one is said to be unknown', async ({ signedIn: page, daemon, consoleErrors }) => {
    await page.goto(`${daemon.url}/chat?id=${ulid()}`);
    await expect(page.getByRole('alert').filter({ hasText: 'could not be opened' })).toBeVisible();
    consoleErrors.length = 0;
  });
});

test.describe('what an answer may hold', () => {
  test('code, tables, formulas and diagrams are drawn; nothing is loaded from elsewhere and nothing runs', async ({
    signedIn: page,
    daemon,
  }) => {
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(daemon.url) && /^https?:/.test(request.url()))
        elsewhere.push(request.url());
    });
    const { conversations } = await importFile(page, showcase());
    await page.goto(`${daemon.url}/chat?id=${conversations[0]!.id}`);
    const answer = answers(page);
    await answer.getByRole('figure').first().scrollIntoViewIfNeeded();
    await expect(answer.locator('.syn-key').first()).toHaveText('const');
    await expect(answer.locator('.katex').first()).toBeVisible();
    await expect(answer.getByRole('img', { name: /^Diagram/ })).toBeVisible();
    await expect(answer.getByText('This diagram could not be drawn')).toBeVisible();
    await expect(answer.getByRole('table')).toBeVisible();
    await expect(answer).toContainText('It costs $5, not $10.');
    await expect(answer).toContainText('<img src=x onerror=alert(1)>');
    await expect(answer.getByRole('link', { name: 'chart' })).toHaveAttribute(
      'href',
      'https://evil.example/x.png',
    );
    await expect(answer.getByRole('link', { name: 'press' })).toHaveCount(0);
    expect(elsewhere).toEqual([]);
  });
});

test.describe('everybody', () => {
  test('can ask, stop and change versions by keyboard alone', async ({ signedIn: page }) => {
    await expect(composer(page)).toBeVisible();
    await page.keyboard.press('Control+Shift+O');
    await expect(composer(page)).toBeFocused();
    await page.keyboard.type(QUESTION);
    await page.keyboard.press('Enter');
    await expect(figures(answers(page))).toBeVisible();
    await page.keyboard.press('Alt+r');
    await expect(page.getByRole('group', { name: 'Version 2 of 2' })).toBeVisible();
    await page.keyboard.press('Control+Shift+M');
    await expect(page.getByRole('option', { name: /^Guide \(built in\)/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('Shift+Escape');
    await expect(composer(page)).toBeFocused();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`finds nothing serious in the way, ${scheme}`, async ({ signedIn: page, daemon }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await findNoFaults(page);
      const { conversations } = await importFile(page, showcase());
      await page.goto(`${daemon.url}/chat?id=${conversations[0]!.id}`);
      await expect(answers(page).getByRole('img', { name: /^Diagram/ })).toBeVisible();
      await findNoFaults(page);
      await page.keyboard.press('Control+Shift+M');
      await expect(page.getByRole('option', { name: /^Guide \(built in\)/ })).toBeVisible();
      await findNoFaults(page);
      await page.keyboard.press('Escape');
      for (const tab of ['Metrics', 'Parameters']) {
        await page.getByRole('tab', { name: tab }).click();
        await findNoFaults(page);
      }
    });
  }

  test('can use all of it at 360 px', async ({ signedIn: page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await ask(page, QUESTION);
    await expect(figures(answers(page))).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.getByRole('button', { name: 'Open the sidebar' }).click();
    await page.getByRole('dialog').getByRole('link', { name: QUESTION }).first().click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.getByRole('button', { name: /right panel$/ }).click();
    await expect(page.getByRole('dialog').getByRole('tab', { name: 'Parameters' })).toBeVisible();
  });
});

test('the picture in the README is what the app looks like', async ({ page, ownDaemon }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLink(page, ownDaemon);
  for (const question of [
    'Where is my data stored?',
    'What is quantization?',
    'How do I export a conversation?',
  ]) {
    await page.getByRole('button', { name: 'New conversation' }).first().click();
    await expect(page).not.toHaveURL(/id=/);
    await ask(page, question);
    await expect(figures(answers(page))).toBeVisible();
  }
  await page.getByRole('button', { name: 'New conversation' }).first().click();
  await expect(page).not.toHaveURL(/id=/);
  for (const [index, question] of [
    'How do I load a model?',
    'Write a Python function that reverses a string',
  ].entries()) {
    await ask(page, question);
    await expect(figures(answers(page).nth(index))).toBeVisible();
  }
  await page.getByRole('tab', { name: 'Metrics' }).click();
  await expect(page.getByRole('button', { name: /^Eject Guide/ })).toBeVisible();
  await page.screenshot({ path: join(import.meta.dirname, '../docs/screenshot.png') });
});

async function importFile(page: Page, text: string): Promise<{ conversations: Conversation[] }> {
  return await page.evaluate(async (body) => {
    const headers = { 'Content-Type': 'text/markdown', 'X-MLX-Code': '1' };
    const response = await fetch('/api/chat/import', { method: 'POST', headers, body });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }, text);
}

/** An exported conversation of one question and one answer. */
function exported(title: string, question: string, answer: string): string {
  const now = Date.now();
  const message = {
    reasoning: '',
    toolCalls: null,
    record: null,
    replay: null,
    prompt: null,
    citations: null,
    context: null,
    tokenIds: null,
    usage: null,
    timings: null,
    model: null,
    parameters: null,
    dropped: null,
    error: null,
    seed: null,
    seq: 0,
    interruptions: 0,
    finishReason: null,
    status: 'complete' as const,
  };
  const user = {
    ...message,
    id: ulid(),
    parentId: null,
    role: 'user' as const,
    text: question,
    createdAt: now,
  };
  const reply = {
    ...message,
    id: ulid(),
    parentId: user.id,
    role: 'assistant' as const,
    text: answer,
    finishReason: 'stop' as const,
    createdAt: now + 1,
  };
  const conversation = {
    id: ulid(),
    title,
    titleSource: 'user' as const,
    modelId: null,
    systemPrompt: '',
    parameters: {},
    activeLeafId: reply.id,
    pinned: false,
    workspaceId: null,
    createdAt: now,
    updatedAt: now,
  };
  return writeMarkdown({ conversation, messages: [user, reply] });
}

function showcase(): string {
  return exported(
    'Everything Markdown can do',
    'Show me everything.',
    [
      'Some **strong** text, an image ![chart](https://evil.example/x.png), and <img src=x onerror=alert(1)>.',
      'It costs $5, not $10. [press](javascript:alert(1))',
      '```ts watcher.ts\nconst renamed = events.filter((event) => event.inode !== undefined)\n```',
      '| Model | tok/s |\n| :-- | --: |\n| one | 61.8 |',
      'Euler: \\(e^{i\\pi}+1=0\\), and\n\n$$\n\\int_0^1 x^2\\,dx\n$$',
      '```mermaid\nflowchart LR\n  A[Tab] --> B[Daemon]\n```',
      '```mermaid\nflowchart LR\n  A[Broken --> B\n```',
      '- [x] done\n- [ ] to do\n\n> A quotation.',
    ].join('\n\n'),
  );
}
