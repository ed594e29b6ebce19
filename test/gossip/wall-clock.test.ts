import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { Disposal } from '../../src/base/disposal.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { eventually, startMember } from '../support/gossip.ts';

const HOUR = 3_600_000;

/** The machine's clock, of which somebody may set the time of day. */
class SetClock implements Clock {
  offset = 0;
  readonly now = systemClock.now;
  readonly after = systemClock.after;
  wall(): number {
    return systemClock.wall() + this.offset;
  }
}

const QUICK = { probeInterval: 300, probeTimeout: 200, pushPullInterval: 500, reconnectInterval: 300 };

test.each([
  ['two hours ahead', 2 * HOUR],
  ['two hours back', -2 * HOUR],
  ['ten years ahead', 10 * 365 * 24 * HOUR],
])('a time of day that is set %s changes no member', async (_, offset) => {
  await using closing = new Disposal();
  const clock = new SetClock();
  const told: string[] = [];
  const start = async (name: string, own: Clock) => {
    const bus = new Bus<AgentEvent>(() => {});
    const member = closing.use(await startMember(name, { clock: own, bus, overrides: QUICK }));
    for (const type of ['member-failed', 'member-leave', 'member-reap', 'member-flap'] as const)
      bus.on(type, (event) => told.push(`${name}: ${type} ${event.member.name}`));
    return member;
  };
  const set = await start('set', clock);
  const others = [await start('one', systemClock), await start('two', systemClock)];
  for (const other of others) await other.join([`127.0.0.1:${set.port}`]);
  const all = [set, ...others];
  await eventually(() => all.every(({ members }) => members.size === 3), 10_000);

  clock.offset = offset;
  const probes = set.counters.get('probes_ok') ?? 0;
  await eventually(() => (set.counters.get('probes_ok') ?? 0) >= probes + 6, 15_000);
  const states = all.flatMap(({ members }) => [...members.values()].map(({ state }) => state));
  expect([told, new Set(states)]).toEqual([[], new Set(['alive'])]);
});
