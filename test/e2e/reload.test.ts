import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';

const pool = agents();
let agent: RunningAgent;
let settings: string;
let own: string;

const check = (threshold: number) => `check: {if_group: "*", critical_if: "${threshold} > 5", interval: 1s}\n`;

interface Health {
  readonly health: string;
  readonly reasons: readonly { readonly text: string }[];
}

const health = async () => (await agent.json('agent', 'health')) as Health;
const displayName = async () => ((await agent.json('agent', 'info')) as { display_name: string }).display_name;
const conditionOf = async (id: string) => {
  const { definition } = (await agent.json('check', 'show', id)) as { definition: { fields: { critical_if: string } } };
  return definition.fields.critical_if;
};

beforeAll(async () => {
  agent = pool.start('n1', { OPSBRO_WATCH: 'false' });
  settings = join(agent.home, 'etc/agent.yml');
  own = join(agent.home, 'etc/mine.yml');
  mkdirSync(join(agent.home, 'etc'), { recursive: true });
  writeFileSync(settings, 'display_name: first\n');
  writeFileSync(own, check(1));
  await agent.ready();
}, 60_000);

afterAll(() => pool[Symbol.asyncDispose]());

test('after a signal a broken file stands aside for its last good version, and a good one takes effect', async () => {
  writeFileSync(own, 'check: {if_group: "*", critical_if: "1 >", interval: 5 minutes}\n');
  writeFileSync(settings, 'display_name: second\n');
  agent.kill('SIGHUP');
  await expect.poll(displayName, { timeout: 10_000 }).toBe('second');
  expect(await conditionOf('local/mine')).toBe('1 > 5');
  const { health: state, reasons } = await health();
  expect(state).toBe('degraded');
  expect(reasons.map(({ text }) => text).join('\n')).toContain(`${own}: using the version of `);
  expect((await agent.opsbro('agent', 'info', '--show-logs')).stdout).toContain(`${own}:1:`);
});

test('a reload says with 2 what is wrong, by file and line', async () => {
  const { code, stdout, stderr } = await agent.opsbro('agent', 'reload');
  expect(code).toBe(2);
  expect(stdout).toContain('0 added, 0 changed, 0 removed');
  expect(stderr).toContain(`${own}:1:`);
  expect(stderr).toContain('"5 minutes" is not a duration; write 5m');
  expect((await agent.opsbro('agent', 'info')).stdout).toMatch(/configuration: \d errors? in configuration files/);
});

test('all or nothing leaves everything as it is while there is any error', async () => {
  writeFileSync(settings, 'display_name: third\n');
  const { code, stdout, stderr } = await agent.opsbro('config', 'diff');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '  changed: setting display_name\n' });
  expect(stderr).toContain(`${own}:1:`);
  expect(await agent.opsbro('agent', 'reload', '--all-or-nothing')).toMatchObject({ code: 2 });
  expect(await displayName()).toBe('second');
});

test('an agent that starts with the broken file has its last good version as well', async () => {
  const { home } = agent;
  await agent.opsbro('agent', 'stop');
  expect(await agent.ended()).toBe(0);
  agent = await pool.start('n1', { OPSBRO_WATCH: 'false' }).ready();
  expect(agent.home).toBe(home);
  expect(await conditionOf('local/mine')).toBe('1 > 5');
  expect(await displayName()).toBe('third');
  expect(await health()).toMatchObject({ health: 'degraded' });
});

test('what was repaired counts, and the agent is well again', async () => {
  writeFileSync(own, check(2));
  const { code, stdout } = await agent.opsbro('agent', 'reload');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('changed: check local/mine') });
  expect(await conditionOf('local/mine')).toBe('2 > 5');
  expect((await health()).reasons.filter(({ text }) => text.includes('configuration'))).toEqual([]);
});
