import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, openLink, test } from './fixtures.ts';

const main = join(import.meta.dirname, '..', 'server', 'main.ts');

test('the printed link opens the app and leaves the address without its token', async ({
  page,
  ownDaemon,
}) => {
  await openLink(page, ownDaemon);
  await expect(page.getByRole('textbox', { name: /message/i })).toBeVisible();
});

test('a reload after signing in needs no link', async ({ page, ownDaemon }) => {
  await openLink(page, ownDaemon);
  await page.reload();
  await expect(page.getByRole('textbox', { name: /message/i })).toBeVisible();
});

test('the bare address says how to sign in', async ({ page, ownDaemon }) => {
  await page.goto(ownDaemon.url);
  await expect(page.getByText(/npm start/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: /message/i })).toBeHidden();
});

test('a restarted daemon knows the browser that was signed in', async ({ page, ownDaemon }) => {
  await openLink(page, ownDaemon);
  await expect(page.getByRole('textbox', { name: /message/i })).toBeVisible();
  await ownDaemon.restart();
  await page.goto(ownDaemon.url);
  await expect(page.getByRole('textbox', { name: /message/i })).toBeVisible();
});

test('a second daemon on the same port ends with an error that names --port', async ({ ownDaemon }) => {
  const { port } = new URL(ownDaemon.url);
  const flags = ['--port', port, '--home', `${ownDaemon.home}-second`, '--no-open'];
  const second = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  second.stdout.on('data', (data) => (output += data));
  second.stderr.on('data', (data) => (output += data));
  const [code] = await once(second, 'close');
  expect(code).not.toBe(0);
  expect(output).toContain('--port');
});

test('Ctrl+C ends the daemon in order', async ({ ownDaemon }) => {
  await ownDaemon.kill('SIGINT');
  expect(ownDaemon.exitCode).toBe(0);
});
