import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent, runOpsbro } from '../support/agent.ts';
import { browserOrNone } from '../support/browser.ts';

const pool = agents();
let browser: Browser | undefined;
let agent: RunningAgent;

beforeAll(async () => {
  agent = pool.start('closed', { OPSBRO_HTTP__ANONYMOUS_READ: 'none' });
  await agent.ready();
  browser = await browserOrNone();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await pool[Symbol.asyncDispose]();
});

const url = () => `http://127.0.0.1:${agent.ports.http}`;
const newToken = async (...words: string[]) => (await agent.opsbro('token', 'create', ...words)).stdout.trim();

test('commands over HTTP may what their token may, also where they watch', async () => {
  const [reader, writer] = [await newToken('reader'), await newToken('writer', '--scope', 'write')];
  const over = (token: string, ...words: string[]) => runOpsbro(['--http', url(), ...words], { OPSBRO_TOKEN: token });

  expect((await runOpsbro(['--http', url(), 'gossip', 'members'])).stderr).toContain('(unauthorized)');
  expect(await over(reader, 'gossip', 'members')).toMatchObject({ code: 0 });
  expect((await over(reader, 'kv', 'put', 'a', 'b')).stderr).toContain('needs a token with the scope write or admin');
  expect(await over(writer, 'kv', 'put', 'a', 'b')).toMatchObject({ code: 0 });
  const watching = over(reader, 'collectors', 'show', '--watch', '--count', '1', '--json');
  expect(await watching).toMatchObject({ code: 0, stdout: expect.stringContaining('"name"') });
});

test('the page shows nothing before a login, everything after it, and nothing after the logout', async (context) => {
  if (!browser) return context.skip('chromium is not installed');
  const token = await newToken('page', '--scope', 'write');
  const page = await browser.newPage();
  await page.goto(`${url()}/ui/`);
  await page.getByText('Reading needs a login here.').waitFor();
  await page.getByRole('button', { name: 'Log in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Token').fill('wrong');
  await dialog.getByRole('button', { name: 'Log in' }).click();
  await dialog.getByText('the token is none of this agent').waitFor();
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('page (write)').waitFor();
  await page.locator('[data-node="closed"]').waitFor();
  expect(await page.evaluate('document.cookie')).toBe('');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('Reading needs a login here.').waitFor();
}, 60_000);
