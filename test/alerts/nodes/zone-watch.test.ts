import { expect, test } from 'vitest';
import { OwnNotices } from '../../../src/alerts/nodes/own-notices.ts';
import { ZoneWatch } from '../../../src/alerts/nodes/zone-watch.ts';
import { Bus } from '../../../src/base/bus.ts';
import type { Problem } from '../../../src/model/alert.ts';
import type { AgentEvent } from '../../../src/model/event.ts';
import type { Member } from '../../../src/model/member.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { member } from '../../support/nodes.ts';
import { memoryShelf } from '../../support/shelf.ts';

/** A node of a zone that sees two nodes of a zone below. */
async function setUp({ takes = true } = {}) {
  const clock = new SimulatedClock();
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const self = member('a', { takesNodeAlerts: takes });
  const below = ['b-1', 'b-2'].map((id) => member(id, { zone: 'below' }));
  const members = new Map<string, Member>([self, ...below].map((each) => [each.id, each]));
  const notices = await OwnNotices.open({ shelf: memoryShelf(), now: () => clock.wall(), publish: () => {} });
  const watch = new ZoneWatch({
    bus,
    clock,
    membership: { self, members },
    notices,
    isBelow: (zone) => zone === 'below',
  });
  const problems: Problem[] = [];
  bus.on('problem-change', ({ problem }) => problems.push(problem));
  const reach = (reachable: boolean, ids = ['b-1', 'b-2']) => {
    for (const id of ids) {
      const before = members.get(id) ?? member(id);
      const after = { ...before, reachable };
      members.set(id, after);
      bus.emit({ type: 'member-reach', member: after, before });
    }
  };
  return { clock, watch, problems, reach };
}

test('a zone below of which no node can be reached for a minute is told of, and that it is back', async () => {
  const { clock, problems, reach, watch } = await setUp();
  reach(false);
  clock.run(59_000);
  expect(problems).toEqual([]);
  clock.run(2_000);
  reach(true);
  clock.run(60_000);
  expect(problems).toMatchObject([
    { kind: 'zone', name: 'below', severity: 'critical', output: 'zone below with 2 nodes cannot be reached' },
    { kind: 'zone', name: 'below', severity: 'ok', state: 'reachable' },
  ]);
  watch[Symbol.dispose]();
});

test.each<[string, (world: Awaited<ReturnType<typeof setUp>>) => void]>([
  ['one of its nodes can be reached', ({ reach }) => reach(false, ['b-1'])],
  [
    'it is back within a minute',
    ({ reach, clock }) => {
      reach(false);
      clock.run(50_000);
      reach(true);
    },
  ],
])('a zone is no alert when %s', async (_, happen) => {
  const world = await setUp();
  happen(world);
  world.clock.run(200_000);
  expect(world.problems).toEqual([]);
});

test('who has nobody to tell does not tell', async () => {
  const { clock, problems, reach } = await setUp({ takes: false });
  reach(false);
  clock.run(200_000);
  expect(problems).toEqual([]);
});
