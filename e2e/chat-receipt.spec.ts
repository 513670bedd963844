import type { Page } from '@playwright/test';
import { writeMarkdown } from '#server/features/chat/markdown.ts';
import { findNoFaults } from './accessibility.ts';
import { expect as usual, test } from './fixtures.ts';

/** An engine on a busy machine takes its time; nothing here is a measurement. */
const expect = usual.configure({ timeout: 30_000 });

const answer = (page: Page) => page.getByRole('article', { name: 'Answer' });
const details = (page: Page) => page.getByRole('dialog', { name: 'How this answer was made' });

async function openDetails(page: Page): Promise<void> {
  await answer(page)
    .getByRole('button', { name: /tok\/s/ })
    .click();
  await expect(details(page)).toBeVisible();
}

test.describe.configure({ timeout: 120_000 });

test('an answer is replayed from its receipt, and what came of it is still there after a reload', async ({
  signedIn: page,
}) => {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('How do I load a model?');
  await page.keyboard.press('Enter');
  await openDetails(page);
  await expect(details(page)).toContainText('prompt hash');
  await details(page).getByRole('button', { name: 'Replay' }).click();
  await expect(details(page).getByText(/^Reproduced token for token/)).toBeVisible();
  await findNoFaults(page);
  await page.reload();
  await openDetails(page);
  await expect(details(page).getByText(/^Reproduced token for token/)).toBeVisible();
});

test('reasoning is folded away until it is asked for, and tool calls hide nothing', async ({
  signedIn: page,
}) => {
  const conversation = '01JE0000000000000000000000';
  await importMarkdown(page, thoughtfulConversation(conversation));
  await page.goto(new URL(`/chat?id=${conversation}`, page.url()).href);
  const button = answer(page).getByRole('button', { name: /^Thought for 3.20 s/ });
  await expect(button).toHaveAttribute('aria-expanded', 'false');
  await expect(answer(page).getByText('The user asks about Oslo.')).toBeHidden();
  await button.press('Enter');
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  await expect(answer(page).getByText('The user asks about Oslo.')).toBeVisible();
  const calls = answer(page).getByRole('list', { name: 'Tool calls' });
  await expect(calls).toContainText('"city": "Oslo\\u{202e}"');
  await openDetails(page);
  await expect(details(page)).toContainText('41 of 60 right from the prompt, 1.42 × as fast');
  await expect(details(page)).toContainText('cannot be replayed');
  await findNoFaults(page);
});

test('a constraint that is no JSON is refused at its field, and a good one is kept', async ({
  signedIn: page,
}) => {
  const conversation = '01JE1000000000000000000000';
  await importMarkdown(page, thoughtfulConversation(conversation));
  await page.goto(new URL(`/chat?id=${conversation}`, page.url()).href);
  await page.getByRole('tab', { name: 'Parameters' }).click();
  const advanced = page.getByRole('switch', { name: 'Advanced' });
  if ((await advanced.getAttribute('aria-checked')) !== 'true') await advanced.click();
  await page.getByRole('combobox', { name: 'Answers must match' }).click();
  await page.getByRole('option', { name: 'A JSON schema' }).click();
  const field = page.getByRole('textbox', { name: 'JSON schema' });
  await field.fill('{oops');
  await field.blur();
  await expect(page.getByRole('alert').filter({ hasText: 'This is not JSON' })).toBeVisible();
  await field.fill('{"type":"object"}');
  await field.blur();
  await expect(page.getByRole('alert').filter({ hasText: 'This is not JSON' })).toHaveCount(0);
  await page.reload();
  await page.getByRole('tab', { name: 'Parameters' }).click();
  await expect(page.getByRole('textbox', { name: 'JSON schema' })).toHaveValue('{"type":"object"}');
});

test('prompts on the disk are counted in the settings, and cleared', async ({ signedIn: page }) => {
  await page.goto(new URL('/settings', page.url()).href);
  const section = page.getByRole('region', { name: 'Prompt caches' });
  const keep = section.getByRole('switch', { name: 'Keep prompts on this disk' });
  await expect(keep).toBeChecked();
  await keep.click();
  await expect(keep).not.toBeChecked();
  await page.reload();
  await expect(keep).not.toBeChecked();
  await expect(section.getByRole('button', { name: 'Clear now' })).toBeDisabled();
  await keep.click();
  await expect(keep).toBeChecked();
});

async function importMarkdown(page: Page, body: string): Promise<void> {
  await page.evaluate(async (body) => {
    const headers = { 'Content-Type': 'text/markdown', 'X-MLX-Code': '1' };
    const response = await fetch('/api/chat/import', { method: 'POST', headers, body });
    if (!response.ok) throw new Error(await response.text());
  }, body);
}

/** Its messages' ids follow from the conversation's. */
function thoughtfulConversation(id: string): string {
  const now = Date.now();
  const [question, reply] = [id.replace(/.$/, 'A'), id.replace(/.$/, 'B')];
  const message = {
    ...{ tokenIds: null, usage: null, timings: null, model: null, parameters: null, dropped: null },
    ...{ error: null, seed: null, seq: 0, interruptions: 0, finishReason: null },
    ...{ reasoning: '', toolCalls: null, record: null, replay: null, prompt: null },
    ...{ citations: null, context: null },
    status: 'complete' as const,
  };
  return writeMarkdown({
    conversation: {
      ...{ id, title: 'Weather', titleSource: 'user', modelId: null, systemPrompt: '', parameters: {} },
      ...{ activeLeafId: reply, pinned: false, workspaceId: null, createdAt: now, updatedAt: now },
    },
    messages: [
      { ...message, id: question, parentId: null, role: 'user', text: 'And in Oslo?', createdAt: now },
      {
        ...message,
        ...{ id: reply, parentId: question, role: 'assistant', createdAt: now + 1 },
        text: 'Let me look.',
        reasoning: 'The user asks about Oslo.',
        finishReason: 'tool_calls',
        toolCalls: [{ id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo\u202e"}' }],
        usage: {
          ...{ prompt_tokens: 120, completion_tokens: 88, cached_tokens: 0, reasoning_tokens: 31 },
          speculation: {
            ...{ method: 'prompt_lookup', drafted_tokens: 60, accepted_tokens: 41, steps: 20, gain: 1.42 },
          },
        },
        timings: {
          ...{ queue: 0, load: 0, prefill: 0.1, first_token: 0.2, decode: 4.4, tokens_per_second: 20 },
          reasoning: 3.2,
        },
      },
    ],
  });
}
