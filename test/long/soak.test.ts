import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RunningAgent } from '../support/agent.ts';
import { Mixed, mixedPool, SOON, seenByOurs, statesByOurs, statesBySerf } from '../support/mixed.ts';
import { testWith } from '../support/services.ts';

/** The whole row of the specification takes 30. */
const MINUTES = Number(process.env['OPSBRO_SOAK_MINUTES'] ?? 2);
/** Of three events, a change of tags at both kinds, and a query from each: 20 of them in 30 minutes. */
const ROUNDS = Math.max(3, Math.round((MINUTES * 2) / 3));
const MINUTE = 60_000;

const ALL = { a: 'alive', b: 'alive', s: 'alive', t: 'alive' };

async function wearGroup(agent: RunningAgent, group: string): Promise<void> {
  mkdirSync(join(agent.home, 'etc'), { recursive: true });
  writeFileSync(join(agent.home, 'etc/agent.yml'), `groups: [kv, ${group}]\n`);
  expect((await agent.opsbro('agent', 'reload')).code).toBe(0);
}

testWith(
  'serf',
  `a pool of agents of ours and of Serf lives ${MINUTES} minutes of events, new tags and queries; nothing is lost and Serf never complains`,
  async (serf) => {
    await using mixed = new Mixed(serf, Buffer.alloc(32, 5).toString('base64'));
    const { a, b, s, t } = await mixedPool(mixed);
    const began = performance.now();
    const events: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [place, tell] of [
        (name: string) => a.opsbro('gossip', 'events', 'add', name, '--payload', 'x'),
        (name: string) => s.command('event', name, 'x'),
        (name: string) => b.opsbro('gossip', 'events', 'add', name),
      ].entries()) {
        const name = `e${round}-${place}`;
        events.push(name);
        await tell(name);
      }
      await wearGroup(a, `round-${round}`);
      await s.command('tags', '-set', `round=${round}`);
      expect(await t.command('query', '-tag=ob=1', '-relay-factor=2', '-timeout=3s', 'hello')).toMatch(
        /Total Acks: 2\n/,
      );
      const asked = await b.json('gossip', 'query', 'who', '--node', 's', '--timeout', '3s');
      expect(asked).toMatchObject({ acks: ['s'], answers: [{ from: 's', payload: 'serf' }] });
      await expect.poll(async () => (await seenByOurs(b))['s']?.tags, SOON).toMatchObject({ round: String(round) });
      const isWorn = async () => (await t.members()).find(({ name }) => name === 'a')?.tags['g'];
      await expect.poll(isWorn, SOON).toContain(`round-${round}`);
      await pause(Math.max(0, began + ((round + 1) * MINUTES * MINUTE) / ROUNDS - performance.now()));
    }

    for (const each of [s, t])
      for (const name of events) expect(each.log.join('\n')).toMatch(new RegExp(`user-event: ${name}\\b`));
    for (const each of [a, b])
      for (const name of events) expect(each.printed.includes(name), `${name} at ours`).toBe(true);
    const ours = await seenByOurs(a);
    for (const { name, addr, status, tags } of await s.members()) {
      const { addr: host, port, state, tags: told } = ours[name] ?? {};
      expect({ name, addr, status, tags }).toEqual({ name, addr: `${host}:${port}`, status: state, tags: told });
    }
    expect([await statesByOurs(b), await statesBySerf(t)]).toEqual([ALL, ALL]);
    expect([s.complaints, t.complaints]).toEqual([[], []]);
    for (const each of [a, b]) expect((await each.opsbro('gossip', 'history')).stdout).not.toContain('dead');
  },
  (MINUTES + 5) * MINUTE,
);
