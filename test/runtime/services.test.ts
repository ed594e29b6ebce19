import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { hashRing, placed } from '../../src/base/placement.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { ZoneServices } from '../../src/runtime/zone-services.ts';
import { member } from '../support/nodes.ts';
import { configured, eventsOf, runtimeOf, written } from '../support/runtime.ts';

const passive = (id: string, over: YamlMap = {}) => written('check', id, { if_group: '*', passive: true, ...over });
const service = (definition: YamlMap) => written('service', 'my/db', { if_group: '*', port: 3306, ...definition });

/** A node with the checks a/1 and a/2 and a service that they judge. */
async function offering(definition: YamlMap, parts: Parameters<typeof runtimeOf>[1] = {}) {
  const made = runtimeOf(
    configured([passive('a/1'), passive('a/2'), service({ checks: ['a/*'], ...definition })]),
    parts,
  );
  await made.runtime.restore();
  void made.runtime.start();
  await made.clock.runAsync(100);
  const report = (id: string, state: 'ok' | 'warning' | 'critical') =>
    made.runtime.reportCheck(id, { state, output: `${id} says ${state}` });
  return { ...made, report, db: () => made.runtime.services.record('db') };
}

test('a service is as bad as the worst of its checks, and pending until one has run', async () => {
  const { db, report } = await offering({});
  expect(db()).toMatchObject({ id: 'my/db', name: 'db', state: 'pending', checks: ['a/1', 'a/2'], port: 3306 });
  report('a/1', 'ok');
  expect(db().state).toBe('ok');
  report('a/2', 'critical');
  expect(db()).toMatchObject({ state: 'critical', oldState: 'ok', output: '2 is critical: a/2 says critical' });
});

test('people are told of its problems, but not that it is well at first', async () => {
  const { events, report } = await offering({});
  const problems = () =>
    eventsOf(events, 'problem-change').map(({ problem: { kind, name, state } }) => [kind, name, state]);
  report('a/1', 'ok');
  expect(problems()).toEqual([]);
  report('a/2', 'warning');
  report('a/2', 'ok');
  expect(problems()).toEqual([
    ['service', 'db', 'warning'],
    ['service', 'db', 'ok'],
  ]);
});

test('a service that no longer applies is told of as closed and gone', async () => {
  const { events, report, runtime } = await offering({});
  report('a/1', 'critical');
  runtime.apply(configured([passive('a/1')]));
  expect(eventsOf(events, 'problem-change').at(-1)?.problem).toMatchObject({ isClosed: true, severity: 'ok' });
  expect(eventsOf(events, 'service-change').at(-1)).toMatchObject({ name: 'db', service: null });
  expect(() => runtime.services.record('db')).toThrow('not known');
});

test('an expression over the states of the checks may judge', async () => {
  const { db, report } = await offering({ aggregate: "'critical' if {{variables.checks.a/1}} == 2 else 'ok'" });
  report('a/1', 'ok');
  report('a/2', 'critical');
  expect(db().state).toBe('ok');
  report('a/1', 'critical');
  expect(db().state).toBe('critical');
});

test('a check that names a service belongs to it, and a service speaks for its checks', async () => {
  const { runtime, clock } = runtimeOf(configured([passive('x/y', { service: 'db' }), passive('x/z'), service({})]));
  void runtime.start();
  await clock.runAsync(100);
  expect(runtime.services.record('my/db').checks).toEqual(['x/y']);
  expect(runtime.services.speaksFor({ id: 'x/y', service: 'db' })).toBe(true);
  expect(runtime.services.speaksFor({ id: 'x/z', service: '' })).toBe(false);
});

test('a restart is no change of a service', async () => {
  const first = await offering({});
  first.report('a/1', 'critical');
  await first.runtime[Symbol.asyncDispose]();
  const second = await offering({}, { shelves: first.shelves });
  expect(second.db().state).toBe('critical');
  expect(eventsOf(second.events, 'problem-change')).toEqual([]);
});

/** A zone of three nodes that offer `db`, seen by one of them. */
function zone(self: string) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const states = new Map<string, 'ok' | 'critical'>([
    ['n1', 'ok'],
    ['n2', 'ok'],
    ['n3', 'ok'],
  ]);
  const nodes = () =>
    new Map(
      [...states].map(([id, state]) => [
        id,
        member(id, {
          zone: 'lan',
          services: new Map([['db', { state, address: '', port: 0, tags: [], meta: new Map() }]]),
        }),
      ]),
    );
  const told: string[] = [];
  bus.on('problem-change', ({ problem }) => void told.push(`${problem.severity}: ${problem.output}`));
  const judging = new ZoneServices({ bus, self: { id: self, zone: 'lan' }, groups: () => new Set(), members: nodes });
  judging.apply(
    configured([written('zone_service', 'my/zone', { service: 'db', at_least_ok: '50%', warning_below: 3 })]),
  );
  judging.start();
  const set = (id: string, state: 'ok' | 'critical') => {
    states.set(id, state);
    const one = nodes().get(id);
    if (one) bus.emit({ type: 'record-change', part: 'services', member: one });
  };
  return { set, told };
}

test('the first node of the ring judges a service of the zone, and no other', () => {
  const [first = '', second = ''] = placed('alert/zone/lan', hashRing(['n1', 'n2', 'n3']));
  const chosen = zone(first);
  chosen.set('n1', 'critical');
  chosen.set('n2', 'critical');
  chosen.set('n2', 'ok');
  chosen.set('n1', 'ok');
  expect(chosen.told).toEqual([
    'warning: 2 of 3 nodes of zone lan offer db well',
    'critical: 1 of 3 nodes of zone lan offer db well',
    'warning: 2 of 3 nodes of zone lan offer db well',
    'ok: 3 of 3 nodes of zone lan offer db well',
  ]);
  const other = zone(second);
  other.set('n1', 'critical');
  expect(other.told).toEqual([]);
});

test('a service says how it is spoken to and how much of the load it takes, as far as records hold it', async () => {
  const { db } = await offering({ protocol: 'udp', weights: { passing: 100_000, warning: 0 } });
  expect(db()).toMatchObject({ protocol: 'udp', weights: { passing: 65_535, warning: 0 } });
  expect((await offering({})).db()).not.toHaveProperty('weights');
});

test('a service that nobody wrote into a file is judged as others are, until its source brings it no more', async () => {
  const { runtime, report } = await offering({});
  const web = written('service', 'local/web', { checks: ['a/*', 'service:local/web'] });
  const own = written('check', 'service:local/web', { if_group: '*', passive: true });
  runtime.define('api', [web, own]);
  report('a/1', 'ok');
  expect(runtime.services.record('web').state).toBe('ok');
  report('service:local/web', 'critical');
  expect(runtime.services.record('web')).toMatchObject({ id: 'local/web', state: 'critical' });
  runtime.define('api', []);
  expect(() => runtime.services.record('web')).toThrow('service "web" is not known');
  expect(runtime.services.record('db').state).toBe('ok');
});
