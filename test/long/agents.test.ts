import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';

const SOON = { timeout: 30_000, interval: 100 };
const within = (ms: number) => ({ timeout: ms, interval: 50 });

/** Rounds of 200 ms instead of a second. */
const QUICK = {
  OPSBRO_GOSSIP__PROBE_INTERVAL: '200ms',
  OPSBRO_GOSSIP__PROBE_TIMEOUT: '100ms',
};

const at = (agent: RunningAgent) => `127.0.0.1:${agent.ports.gossip}`;

interface MemberJson {
  readonly uuid: string;
  readonly name: string;
  readonly port: number;
  readonly state: string;
  readonly incarnation: number;
  readonly groups: readonly string[];
  readonly flapping: boolean;
}

async function seen(by: RunningAgent): Promise<Record<string, MemberJson>> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  const members = Object.values((await answer.json()) as Record<string, MemberJson>);
  return Object.fromEntries(members.map((member) => [member.name, member]));
}

const states = async (by: RunningAgent) =>
  Object.fromEntries(Object.values(await seen(by)).map(({ name, state }) => [name, state]));

const all = (state: string, ...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, state]));

type Agents = ReturnType<typeof agents>;

/** Agents that all know each other. */
async function pool(running: Agents, names: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = await Promise.all(
    names.map((name) => running.start(name, { OPSBRO_BIND: '127.0.0.1', ...env }).ready()),
  );
  const [first, ...others] = started;
  if (!first) throw new Error('a pool has somebody');
  for (const each of others) await each.opsbro('gossip', 'join', at(first));
  for (const each of started) await expect.poll(() => states(each), SOON).toEqual(all('alive', ...names));
  return started as [RunningAgent, RunningAgent, ...RunningAgent[]];
}

async function restarted(running: Agents, name: string, env: Readonly<Record<string, string>> = {}) {
  return await running.start(name, { OPSBRO_BIND: '127.0.0.1', ...env }).ready();
}

async function stateOf(agent: RunningAgent): Promise<unknown> {
  return await (await fetch(`http://127.0.0.1:${agent.ports.http}/agent/state`)).json();
}

/** Whom the disk of a node names as other members of its pool, by what it wrote last. */
function keptBy({ home }: RunningAgent): string[] {
  const folder = join(home, 'data/state');
  const logs = readdirSync(folder).filter((file) => file.endsWith('.log'));
  const text = logs.map((file) => readFileSync(join(folder, file), 'latin1')).join('');
  const begin = Math.max(0, text.lastIndexOf('!gossip!snapshot'));
  // What follows tells of members too.
  const last = text.slice(begin, text.indexOf('"at":', begin));
  return ['a', 'b', 'c', 'd', 'e'].filter((name) => last.includes(`"name":"${name}"`));
}

/** Names of those whom this node ever held for dead. */
async function everDead(by: RunningAgent): Promise<string> {
  return (await by.opsbro('gossip', 'history')).stdout
    .split('\n')
    .filter((line) => line.includes('dead'))
    .join('\n');
}

test('one that stops is dead, one that leaves has left, and the third counts so', async () => {
  await using running = agents();
  const [a, b, c] = await pool(running, ['a', 'b', 'c']);
  await a.opsbro('gossip', 'events', 'add', 'hello');
  for (const each of [b, c]) {
    expect((await each?.opsbro('gossip', 'events', 'wait', 'hello'))?.code).toBe(0);
  }
  await Promise.all([a.opsbro('agent', 'stop'), b.opsbro('gossip', 'leave', '--yes')]);
  expect(await b.ended()).toBe(0);
  await expect.poll(() => states(c as RunningAgent), within(15_000)).toEqual({ a: 'dead', b: 'left', c: 'alive' });
});

test('an event that was told before somebody joined is known to it', async () => {
  await using running = agents();
  const [a, b] = await Promise.all([restarted(running, 'a'), restarted(running, 'b')]);
  await a.opsbro('gossip', 'events', 'add', 'before');
  await b.opsbro('gossip', 'join', at(a));
  expect((await b.opsbro('gossip', 'events', 'wait', 'before', '--timeout', '10')).code).toBe(0);
});

/** What other programs of this machine start and stop changes nothing, and no door opens because of a group. */
const ALONE = { OPSBRO_AUTOMATIC_DETECTION_TOPIC_ENABLED: 'false', OPSBRO_DNS__ENABLED: 'true' };

test('a group that is configured is told to all with one incarnation, and so is its end', async () => {
  await using running = agents();
  const [a, b] = await pool(running, ['a', 'b'], ALONE);
  const configured = async (text: string) => {
    mkdirSync(join(a.home, 'etc'), { recursive: true });
    writeFileSync(join(a.home, 'etc/agent.yml'), text);
    expect((await a.opsbro('agent', 'reload')).code).toBe(0);
  };
  await expect.poll(() => stateOf(a), SOON).toBe('ok');
  const told = async () => {
    const [own, there] = [(await seen(a))['a'], (await seen(b))['a']];
    return own !== undefined && own.incarnation === there?.incarnation && `${own.groups}` === `${there.groups}`;
  };
  await expect.poll(told, SOON).toBe(true);
  const before = (await seen(a))['a']?.incarnation ?? 0;
  await configured('groups: [g1]\n');
  await expect.poll(async () => (await seen(b))['a']?.groups, within(2_000)).toContain('g1');
  await configured('groups: []\n');
  await expect.poll(async () => (await seen(b))['a']?.groups, within(2_000)).not.toContain('g1');
  expect((await seen(a))['a']?.incarnation).toBe(before + 2);
  await expect.poll(told, SOON).toBe(true);
});

test('why somebody is dead names who missed it and how', async () => {
  await using running = agents();
  const [a, b, c] = await pool(running, ['a', 'b', 'c']);
  c?.kill('SIGKILL');
  await expect.poll(() => states(a), within(10_000)).toMatchObject({ c: 'dead' });
  await expect.poll(() => states(b), within(10_000)).toMatchObject({ c: 'dead' });
  const why = (await a.opsbro('gossip', 'why', 'c')).stdout + (await b.opsbro('gossip', 'why', 'c')).stdout;
  expect(why).toMatch(/c is dead since .*(missed|no answer).*direct/);
  expect(why).toMatch(/indirect/);
  expect(why).toMatch(/TCP refused|tcp/);
  expect(why).toMatch(/timer of [ab] fired|timer-fired/);
});

test('one that comes and goes is flapping, and its whole story is told', async () => {
  await using running = agents();
  const [a, b] = await pool(running, ['a', 'b', 'c'], QUICK);
  let victim: RunningAgent | undefined;
  for (let round = 0; round < 5; round += 1) {
    victim = await restarted(running, 'd', QUICK);
    await victim.opsbro('gossip', 'join', at(a));
    await expect.poll(() => states(b), SOON).toMatchObject({ d: 'alive' });
    victim.kill('SIGKILL');
    await victim.ended();
    await expect.poll(() => states(b), SOON).toMatchObject({ d: 'dead' });
  }
  expect((await seen(b))['d']).toMatchObject({ flapping: true });
  expect((await b.opsbro('gossip', 'members')).stdout).toContain('flapping');
  expect((await b.opsbro('gossip', 'why', 'd')).stdout).toMatch(/d is dead since/);
});

test('a rolling restart kills nobody', async () => {
  await using running = agents();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const members = await pool(running, names);
  for (const [place, name] of names.entries()) {
    await members[place]?.opsbro('agent', 'stop');
    await members[place]?.ended();
    members[place] = await restarted(running, name);
    for (const each of members) await expect.poll(() => states(each), SOON).toEqual(all('alive', ...names));
  }
  for (const each of members) expect(await everDead(each)).toBe('');
});

test('after all lost their power, those that are back remember all', async () => {
  await using running = agents();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const members = await pool(running, names);
  for (const [place, each] of members.entries()) {
    await expect.poll(() => keptBy(each), SOON).toEqual(names.filter((name) => name !== names[place]));
  }
  for (const each of members) each.kill('SIGKILL');
  await Promise.all(members.map((each) => each.ended()));
  const [a, b] = await Promise.all([restarted(running, 'a'), restarted(running, 'b')]);
  const kept = { ...all('alive', 'a', 'b'), ...all('dead', 'c', 'd', 'e') };
  for (const each of [a, b]) await expect.poll(() => states(each), { timeout: 60_000, interval: 200 }).toEqual(kept);
});

test.each([3, 20])('one that stands still for %d s accuses nobody when it goes on', async (seconds) => {
  await using running = agents();
  const [a, b, c] = await pool(running, ['a', 'b', 'c']);
  const before = (await seen(b))['a']?.incarnation ?? 0;
  a.kill('SIGSTOP');
  // How long it stands still is what makes the difference.
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  expect((await seen(b))['a']?.state === 'dead').toBe(seconds > 10);
  a.kill('SIGCONT');
  await expect.poll(() => states(b), within(6_000)).toEqual(all('alive', 'a', 'b', 'c'));
  await expect.poll(() => states(a), within(6_000)).toEqual(all('alive', 'a', 'b', 'c'));
  if (seconds > 10) expect((await seen(b))['a']?.incarnation).toBeGreaterThan(before);
  for (const each of [a, b, c]) expect((await everDead(each as RunningAgent)).replace(/.* a .*/g, '').trim()).toBe('');
});

test('a node that was built anew under its name is taken in at its new place', async () => {
  await using running = agents();
  const [a, b, c] = await pool(running, ['a', 'b', 'c'], QUICK);
  const before = (await seen(a))['c'];
  c?.kill('SIGKILL');
  await expect.poll(() => states(a), within(10_000)).toMatchObject({ c: 'dead' });
  const anew = await running.start('c-anew', { OPSBRO_NAME: 'c', OPSBRO_BIND: '127.0.0.1', ...QUICK }).ready();
  await anew.opsbro('gossip', 'join', at(a));
  for (const by of [a, b]) {
    await expect
      .poll(async () => (await seen(by))['c'], within(10_000))
      .toMatchObject({ state: 'alive', port: anew.ports.gossip });
    expect(Object.keys(await seen(by)).sort()).toEqual(['a', 'b', 'c']);
  }
  expect((await seen(a))['c']?.uuid).not.toBe(before?.uuid);
  const told = (agent: RunningAgent) => agent.printed.split('\n').filter((line) => line.includes('is back at a new'));
  expect([told(a).length, told(b).length].every((lines) => lines <= 1)).toBe(true);
});
