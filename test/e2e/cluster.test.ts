import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';
import { program } from '../support/services.ts';

interface MemberJson {
  readonly name: string;
  readonly state: string;
  readonly incarnation: number;
  readonly groups: readonly string[];
  readonly checks: Readonly<Record<string, { state: string }>>;
}

const pool = agents();
afterAll(() => pool[Symbol.asyncDispose]());

/** How this agent sees a member. */
async function seen(by: RunningAgent, name: string): Promise<MemberJson | undefined> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  const members = (await answer.json()) as Record<string, MemberJson>;
  return Object.values(members).find((member) => member.name === name);
}

const stateOf = async (by: RunningAgent, name: string) => (await seen(by, name))?.state;

/** Runs `dig` at the agent's DNS and gives its lines. */
function dig(agent: RunningAgent, ...words: string[]): string[] {
  const { stdout } = spawnSync('dig', ['@127.0.0.1', '-p', String(agent.ports.dns), '+tries=1', '+time=2', ...words], {
    encoding: 'utf8',
  });
  return stdout.trim().split('\n').filter(Boolean);
}

describe('three agents on one machine', () => {
  let a: RunningAgent;
  let b: RunningAgent;
  let c: RunningAgent;

  beforeAll(async () => {
    [a, b, c] = [pool.start('a'), pool.start('b'), pool.start('c')];
    await Promise.all([a.ready(), b.ready(), c.ready()]);
    const seed = `127.0.0.1:${a.ports.gossip}`;
    for (const agent of [b, c]) expect((await agent.opsbro('gossip', 'join', seed)).stdout).toBe('joined 1 of 1\n');
  }, 40_000);

  test('see each other, with groups, soon after a join', async () => {
    for (const by of [a, b, c]) {
      for (const name of ['a', 'b', 'c']) {
        await expect.poll(() => seen(by, name), { timeout: 2_000, interval: 20 }).toMatchObject({ state: 'alive' });
        await expect.poll(async () => (await seen(by, name))?.groups, { timeout: 2_000 }).toContain('linux');
      }
    }
  });

  test('show a node by the name that a person gave it a moment ago', async () => {
    expect(await b.opsbro('agent', 'parameters', 'set', 'display_name', 'foo')).toMatchObject({ code: 0 });
    const shown = async () => (await a.opsbro('gossip', 'members')).stdout;
    await expect.poll(shown, { timeout: 5_000 }).toContain('internet > [ foo ]');
  });

  test('tell each other where they are asked by agents, and answer there', async () => {
    expect(await seen(b, 'a')).toMatchObject({ tags: { pp: String(a.ports.peer) } });
    const answer = await fetch(`http://127.0.0.1:${a.ports.peer}/peer/v1/hello`, {
      headers: { 'x-opsbro-peer': 'id-of-b.boot.1.' },
    });
    expect(await answer.json()).toMatchObject({ name: 'a', zone: 'internet' });
  });

  test('know the checks of every node', async () => {
    await expect
      .poll(async () => Object.keys((await seen(a, 'c'))?.checks ?? {}), { timeout: 15_000 })
      .toEqual(expect.arrayContaining(['linux/cpu', 'linux/memory']));
    const { stdout } = await a.opsbro('monitoring', 'state', 'c');
    expect(stdout).toContain('memory');
  });

  test('answer by DNS who is alive', (context) => {
    if (program('dig') === undefined) context.skip('dig is not installed');
    expect(dig(a, 'linux.group.internet.opsbro', '+short')).toEqual(['127.0.0.1']);
    expect(dig(a, 'b.name.internet.opsbro', '+short', '+tcp')).toEqual(['127.0.0.1']);
    expect(dig(a, 'nobody.name.internet.opsbro').join('\n')).toMatch(/status: NXDOMAIN[\s\S]*\sSOA\s/);
  });

  test('notice a killed one, take it back, and believe one that leaves', async () => {
    const before = (await seen(a, 'c'))?.incarnation ?? 0;
    c.kill('SIGKILL');
    await c.ended();
    const states = new Set<string | undefined>();
    await expect
      .poll(
        async () => {
          states.add(await stateOf(a, 'c'));
          return await stateOf(b, 'c');
        },
        { timeout: 12_000, interval: 50 },
      )
      .toBe('dead');
    expect(states).toContain('suspect');

    c = await pool.start('c').ready();
    await expect.poll(() => stateOf(a, 'c'), { timeout: 4_000, interval: 20 }).toBe('alive');
    expect((await seen(a, 'c'))?.incarnation).toBeGreaterThan(before);

    expect((await c.opsbro('gossip', 'leave', '--yes')).code).toBe(0);
    await expect.poll(() => stateOf(a, 'c'), { timeout: 2_000, interval: 20 }).toBe('left');
    await expect.poll(() => stateOf(b, 'c'), { timeout: 2_000, interval: 20 }).toBe('left');
    expect(await c.ended()).toBe(0);
  }, 40_000);
});
