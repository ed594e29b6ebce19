import { expect, test } from 'vitest';
import { announceTaking, tellGroups, tellHealth } from '../../src/agent/alert-news.ts';
import { Health } from '../../src/agent/health.ts';
import { Bus } from '../../src/base/bus.ts';
import type { Problem } from '../../src/model/alert.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { SimulatedClock } from '../support/clock.ts';

function setUp() {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const problems: Problem[] = [];
  bus.on('problem-change', ({ problem }) => problems.push(problem));
  return { bus, problems };
}

test('each group that comes or goes is told once', () => {
  const { bus, problems } = setUp();
  using _ = tellGroups(bus);
  bus.emit({ type: 'groups-change', groups: ['redis'], add: ['redis'], remove: ['mysql'] });
  expect(problems).toMatchObject([
    { kind: 'group', name: 'mysql', severity: 'warning', state: 'remove', isOnce: true },
    { kind: 'group', name: 'redis', severity: 'ok', state: 'add', output: 'The group redis was add' },
  ]);
});

test('an agent that is not well for a minute is told of, with what changes, until it is well', () => {
  const { bus, problems } = setUp();
  const clock = new SimulatedClock();
  const health = new Health(clock);
  using _ = tellHealth(bus, clock, () => health.report());
  health.raise('kv', 'store', 'the disk is full');
  clock.run(60_000);
  expect(problems).toEqual([]);
  clock.run(30_000);
  health.raise('gossip', 'name_lost', 'another has our name', 'failed');
  clock.run(15_000);
  health.clear('kv', 'store');
  health.clear('gossip', 'name_lost');
  clock.run(300_000);
  expect(problems.map(({ severity, output }) => [severity, output])).toEqual([
    ['warning', 'the agent is degraded: kv: the disk is full'],
    ['critical', 'the agent is failed: kv: the disk is full; gossip: another has our name'],
    ['ok', 'the agent is well'],
  ]);
});

test('what is over within a minute is no alert', () => {
  const { bus, problems } = setUp();
  const clock = new SimulatedClock();
  const health = new Health(clock);
  using _ = tellHealth(bus, clock, () => health.report());
  for (let round = 0; round < 5; round += 1) {
    health.raise('kv', 'store', 'the disk is full');
    clock.run(45_000);
    health.clear('kv', 'store');
    clock.run(45_000);
  }
  expect(problems).toEqual([]);
});

test('the pool learns whenever this node begins or ceases to tell of dead nodes', () => {
  const { bus } = setUp();
  const said: boolean[] = [];
  let takes = false;
  {
    using _ = announceTaking(bus, () => takes, { setTakesNodeAlerts: (each) => said.push(each) });
    takes = true;
    bus.emit({ type: 'config-change' });
    takes = false;
    bus.emit({ type: 'groups-change', groups: [], add: [], remove: [] });
  }
  bus.emit({ type: 'config-change' });
  expect(said).toEqual([false, true, false]);
});
