import { findNoFaults } from './accessibility.ts';
import { expect, openLink, test } from './fixtures.ts';

test('a key made in the settings lets a program chat, until it is revoked', async ({
  page,
  ownDaemon,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLink(page, ownDaemon);
  await page.goto(`${ownDaemon.url}/settings`);
  const section = page.getByRole('region', { name: 'API keys' });
  await section.getByRole('textbox', { name: 'What uses it' }).fill('my editor');
  await section.getByRole('button', { name: 'Make a key' }).click();
  await section.getByRole('button', { name: 'Copy the API key' }).click();
  await expect(section.getByRole('button', { name: 'Copied the API key' })).toBeVisible();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  expect(key).toMatch(/^sk-mlx-[\w-]{43}$/);

  const base = await section.getByRole('button', { name: 'Copy the base URL' }).getByText('/v1').innerText();
  const chat = () =>
    fetch(`${base}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{"messages":[{"role":"user","content":"Hello"}],"max_tokens":8}',
    });
  const answer = await chat();
  expect(answer.status).toBe(200);
  const { choices } = await answer.json();
  expect(choices[0].message.content).not.toBe('');

  // The key is not told a second time.
  await page.reload();
  const row = section.getByRole('listitem').filter({ hasText: 'my editor' });
  await expect(row).toContainText('last used');
  await expect(page.getByText(key)).toHaveCount(0);
  await row.getByRole('button', { name: 'Rename my editor' }).click();
  await section.getByRole('textbox', { name: 'Name of the key' }).fill('my script');
  await section.getByRole('button', { name: 'Save' }).click();
  const renamed = section.getByRole('listitem').filter({ hasText: 'my script' });
  await renamed.getByRole('button', { name: 'Revoke my script' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(renamed).toContainText('revoked');
  expect((await chat()).status).toBe(401);
  await findNoFaults(page, 'section[aria-label="API keys"]');
});
