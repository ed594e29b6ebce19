import { afterAll, expect, test } from 'vitest';
import { agents } from '../support/agent.ts';
import { browserOrNone } from '../support/browser.ts';

const pool = agents();
afterAll(() => pool[Symbol.asyncDispose]());

test('the page shows every node and what becomes of it, live, and asks nobody but the agent', async (context) => {
  const browser = await browserOrNone();
  if (!browser) return context.skip('chromium is not installed');
  try {
    const a = await pool.start('page-a').ready();
    const page = await browser.newPage();
    const problems: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => hosts.add(new URL(request.url()).host));

    await page.goto(`http://127.0.0.1:${a.ports.http}/`);
    await page.getByText('√ live').waitFor();
    const row = (name: string) => page.locator(`[data-node="${name}"]`);
    await row('page-a').getByText('linux').waitFor();
    await row('page-a').getByText('alive').waitFor();

    const b = await pool.start('page-b').ready();
    await b.opsbro('gossip', 'join', `127.0.0.1:${a.ports.gossip}`);
    await row('page-b').getByText('alive').waitFor();
    await row('page-b').getByRole('button', { name: 'page-b' }).click();
    await row('page-b').getByText('linux/memory').waitFor({ timeout: 20_000 });
    await row('page-b').getByText('opsbro gossip why').waitFor();

    await b.opsbro('gossip', 'leave', '--yes');
    await row('page-b').getByText('– left', { exact: true }).waitFor();

    expect(problems).toEqual([]);
    expect([...hosts]).toEqual([`127.0.0.1:${a.ports.http}`]);
  } finally {
    await browser.close();
  }
}, 60_000);
