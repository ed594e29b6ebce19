import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';
import { browserOrNone } from '../support/browser.ts';

const pool = agents();
let browser: Browser | undefined;
let agent: RunningAgent;

const CHECK = `
const { existsSync, writeFileSync } = require('node:fs');
const key = __dirname + '/key';
function Install(text = 'made', count = 7) { writeFileSync(key, text); console.log('installed ' + text); }
Install.description = 'Installs the key file.';
exports.Key = class Key {
  CHECK_INTERVAL = 1;
  Check() { return existsSync(key) ? 0 : -1; }
  Diagnose() { return ['Key file is missing.', [Install]]; }
};`;

beforeAll(async () => {
  agent = pool.start('services', { OPSBRO_MOB__ENABLED: 'true', OPSBRO_MOB__PORT: '0' });
  const folder = join(agent.home, 'data/health/web');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'key'), '');
  writeFileSync(join(folder, 'key_check.js'), CHECK);
  await agent.ready();
  browser = await browserOrNone();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await pool[Symbol.asyncDispose]();
});

/** A port of loopback that leads to the unix socket of the agent, as `ssh -L` makes one. */
async function portToSocket(path: string): Promise<{ readonly port: number } & Disposable> {
  const server = createServer((near) => {
    const far = connect(path);
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

test('over TCP the page may look, and says what to do instead of repairing', async (context) => {
  if (!browser) return context.skip('chromium is not installed');
  rmSync(join(agent.home, 'data/health/web/key'));
  const { mob } = agent.ports as unknown as { mob: number };
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${mob}/`);
  const service = page.locator('[data-service="web"]');
  await service.getByText('● unhealthy').waitFor();
  await service.getByRole('button', { name: 'Install' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();
  await service.getByText('opsbro health repair web Key Install').waitFor();
  await page.getByRole('button', { name: 'Collect Logs' }).click();
  await page.getByText('is not allowed over TCP').nth(1).waitFor();
  writeFileSync(join(agent.home, 'data/health/web/key'), '');
  await service.getByText('● healthy').waitFor();
  expect(await page.getByText('Nothing was repaired yet.').isVisible()).toBe(true);
}, 60_000);

test('a service turns bad before the eyes of who looks, and is repaired with what they fill in', async (context) => {
  if (!browser) return context.skip('chromium is not installed');
  using door = await portToSocket(join(agent.home, 'data/opsbro.sock'));
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`http://127.0.0.1:${door.port}/ui/`);
  await page.getByRole('link', { name: 'Services' }).click();
  const service = page.locator('[data-service="web"]');
  await service.getByText('● healthy').waitFor();

  rmSync(join(agent.home, 'data/health/web/key'));
  await service.getByText('● unhealthy').waitFor();
  await service.getByText('Errors:').waitFor();
  await service.getByText('Key file is missing.').waitFor();
  await service.getByRole('button', { name: 'Install' }).click();
  const dialog = page.getByRole('dialog', { name: 'Install' });
  await dialog.getByText('Installs the key file.').waitFor();
  expect(await dialog.getByLabel('count').inputValue()).toBe('7');
  await dialog.getByLabel('text').fill('by hand');
  await dialog.getByRole('button', { name: 'Submit' }).click();

  await service.getByText('● healthy').waitFor();
  const history = page.getByRole('table').filter({ hasText: 'Result' });
  await history.getByText('√ fixed').waitFor();
  await history.getByText('installed by hand').waitFor();
  rmSync(join(agent.home, 'data/health/web'), { recursive: true });
  await service.waitFor({ state: 'detached' });
  expect(errors).toEqual([]);
}, 60_000);
