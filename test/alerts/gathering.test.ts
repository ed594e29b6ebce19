import { describe, expect, test } from 'vitest';
import { Gathering } from '../../src/alerts/gathering.ts';
import type { Attempt } from '../../src/alerts/handler-queue.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import { AlertingWorld, settingsOf } from '../support/alerting.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

const GATHER = { gather: 'zone', group_by: [] };

interface Zone {
  readonly clock: SimulatedClock;
  readonly nodes: readonly AlertingWorld[];
  /** Nodes that keep nothing for others. */
  readonly deaf: Set<string>;
  /** All messages, each as who sent it and what of whom it told. */
  told(): string[];
}

/** Three nodes, the second of which is to gather before the third and the first. */
async function zoneOf({
  settings = GATHER as object,
  attempt = undefined as undefined | (() => Attempt),
  order = ['b', 'c', 'a'],
} = {}): Promise<Zone> {
  const clock = new SimulatedClock();
  const nodes: AlertingWorld[] = [];
  const deaf = new Set<string>();
  const zone = {
    hasOthers: () => order.length > 1,
    order: () => order,
    async give(id: string, handed: Parameters<AlertingWorld['pipeline']['telling']['take']>[0]) {
      const to = nodes.find(({ node }) => node.uuid === id);
      if (!to || deaf.has(id)) return undefined;
      // Over a wire nothing is shared.
      await to.pipeline.telling.take(structuredClone(handed));
      return to.node.name;
    },
  };
  for (const uuid of ['a', 'b', 'c']) {
    const world: AlertingWorld = new AlertingWorld({ clock, zone, settings, ...(attempt && { attempt }) });
    world.node = { ...world.node, uuid, name: uuid };
    nodes.push(world);
    await world.pipeline.load();
    world.pipeline.start();
  }
  const told = () =>
    nodes.flatMap(({ arrived, node }) =>
      arrived.map(
        ({ message: { alerts } }) => `${node.name}: ${alerts.map((each) => `${each.node.name} ${each.state}`).sort()}`,
      ),
    );
  return { clock, nodes, deaf, told };
}

describe('problems of several nodes', () => {
  test('come in one message of the node that gathers, and so do their ends', async () => {
    const { clock, nodes, told } = await zoneOf();
    for (const node of nodes) node.check('linux/disk', 'critical');
    await clock.runAsync(10_000);
    expect(told()).toEqual(['b: a critical,b critical,c critical']);
    for (const node of nodes) node.check('linux/disk', 'ok');
    await clock.runAsync(120_000);
    expect(told()).toEqual(['b: a critical,b critical,c critical', 'b: a ok,b ok,c ok']);
    expect(nodes.map(({ alerts }) => alerts.list('open'))).toEqual([[], [], []]);
  });

  test.each<[string, object]>([
    ['gather is not asked for', { group_by: [] }],
    ['alerts are put together by node', { gather: 'zone' }],
    ['alerts are never put together', { gather: 'zone', group_by: ['...'] }],
  ])('come from each node when %s', async (_, settings) => {
    const { clock, nodes, told } = await zoneOf({ settings });
    for (const node of nodes) node.check('linux/disk', 'critical');
    await clock.runAsync(10_000);
    expect(told()).toEqual(['a: a critical', 'b: b critical', 'c: c critical']);
  });

  test('of different groups come in a message each', async () => {
    const { clock, nodes, told } = await zoneOf({ settings: { gather: 'zone', group_by: ['check'] } });
    for (const node of nodes) node.check('linux/disk', 'critical');
    nodes[0]?.check('linux/load', 'warning');
    await clock.runAsync(10_000);
    expect(told().sort()).toEqual(['b: a critical,b critical,c critical', 'b: a warning']);
  });

  test('are told by nobody when they end before the group is told again', async () => {
    const { clock, nodes, told } = await zoneOf();
    for (const node of nodes) node.check('linux/disk', 'critical');
    await clock.runAsync(10_000);
    for (const node of nodes) node.check('linux/load', 'warning');
    await clock.runAsync(10_000);
    for (const node of nodes) node.check('linux/load', 'ok');
    await clock.runAsync(120_000);
    expect(told()).toEqual(['b: a critical,b critical,c critical']);
  });
});

describe('the node that is to gather', () => {
  test('is passed over when it does not answer', async () => {
    const { clock, nodes, deaf, told } = await zoneOf();
    deaf.add('b');
    for (const node of nodes.filter(({ node }) => node.name !== 'b')) node.check('linux/disk', 'critical');
    await clock.runAsync(10_000);
    expect(told()).toEqual(['c: a critical,c critical']);
  });

  test('is not needed: when nobody gathers, a node tells by itself', async () => {
    const { clock, nodes, deaf, told } = await zoneOf();
    for (const id of ['b', 'c']) deaf.add(id);
    const [first] = nodes;
    first?.check('linux/disk', 'critical');
    await clock.runAsync(10_000);
    expect(told()).toEqual(['a: a critical']);
  });

  test('is killed: what was handed to it is told when it is back', async () => {
    const { clock, nodes, told } = await zoneOf({ settings: { ...GATHER, group_wait: '30s' } });
    const [first, second] = nodes;
    first?.check('linux/disk', 'critical');
    await clock.runAsync(40_000);
    expect(told()).toEqual([]);
    expect(second?.shelves.gathered.content.size).toBe(1);
    await second?.restart();
    await clock.runAsync(40_000);
    expect(told()).toEqual(['b: a critical']);
    expect(second?.shelves.gathered.content.size).toBe(0);
  });

  test('has a server that is down: afterwards each problem is told once, as it is then', async () => {
    const server = { isUp: false };
    const attempt = (): Attempt =>
      server.isUp ? { type: 'delivered', remark: '' } : { type: 'failed', error: 'connect ECONNREFUSED' };
    const { clock, nodes, told } = await zoneOf({ attempt });
    for (const node of nodes) node.check('linux/disk', 'warning');
    await clock.runAsync(200_000);
    for (const node of nodes) node.check('linux/disk', 'critical');
    await clock.runAsync(200_000);
    server.isUp = true;
    await clock.runAsync(1_000_000);
    const each = told().flatMap((message) => message.replace('b: ', '').split(','));
    expect(each.sort()).toEqual(['a critical', 'b critical', 'c critical']);
  });
});

describe('a node that gathers', () => {
  test('takes no more than it can keep', async () => {
    const { nodes } = await zoneOf();
    const [first, second] = nodes;
    first?.check('linux/disk', 'critical');
    const alert = first?.alerts.get('linux/disk');
    if (!alert) throw new Error('there is no alert');
    const items = Array.from({ length: 5_001 }, (_, id) => ({
      alert: { ...alert, id: `${id}` },
      action: 'fired' as const,
    }));
    const { group_by: groupBy, group_wait: groupWaitMs, group_interval: groupIntervalMs } = settingsOf(GATHER);
    const handed = { handler: 'ops', together: { groupBy, groupWaitMs, groupIntervalMs }, items };
    await expect(second?.pipeline.telling.take(handed)).rejects.toThrow(OpsbroError);
  });

  test('remembers no more groups than it can count, also those that were told already', async () => {
    const { clock, nodes } = await zoneOf();
    const [first] = nodes;
    first?.check('linux/disk', 'critical');
    const alert = first?.alerts.get('linux/disk');
    if (!alert) throw new Error('there is no alert');
    const told: string[] = [];
    using gathering = new Gathering({ clock, shelf: memoryShelf(), add: ({ id }) => told.push(id) });
    const together = { groupBy: ['label.n'], groupWaitMs: 1_000, groupIntervalMs: 86_400_000 };
    const take = (from: number, count: number) => {
      const numbers = Array.from({ length: count }, (_, at) => `${from + at}`);
      const alerts = numbers.map((id) => ({ ...alert, id, labels: new Map([['n', id]]) }));
      return gathering.take({
        handler: 'ops',
        together,
        items: alerts.map((each) => ({ alert: each, action: 'fired' })),
      });
    };
    await take(0, 3_000);
    await clock.runAsync(5_000);
    expect(told).toHaveLength(3_000);
    await take(3_000, 2_000);
    await clock.runAsync(5_000);
    await expect(take(5_000, 1)).rejects.toThrow('5000 groups of alerts are remembered already');
    await clock.runAsync(86_400_000);
    await take(5_000, 1);
  });
});

describe('the time between messages', () => {
  test.each([
    ['nobody gathers', ['b', 'c', 'gone', 'a']],
    ['there is no other node', ['a']],
  ])('is kept also when %s', async (_, order) => {
    const { clock, nodes, deaf, told } = await zoneOf({ order });
    for (const id of ['b', 'c']) deaf.add(id);
    const [first] = nodes;
    first?.check('linux/disk', 'critical');
    await clock.runAsync(10_000);
    first?.check('linux/load', 'warning');
    await clock.runAsync(40_000);
    expect(told()).toEqual(['a: a critical']);
    await clock.runAsync(20_000);
    expect(told()).toEqual(['a: a critical', 'a: a warning']);
  });
});
