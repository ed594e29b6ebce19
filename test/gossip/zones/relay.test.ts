import { expect, test } from 'vitest';
import { encodeFrame } from '../../../src/gossip/zones/frames.ts';
import { Wire } from '../../support/simulation/wire.ts';
import { node, settle, World } from './world.ts';

/** lan > internet > customer-1: two nodes in lan, one proxy each below. */
async function threeZones(): Promise<World> {
  const world = new World('lan', 'internet', 'customer-1');
  world.zone('lan').add('n1', { isProxy: true, address: '10.0.0.1' });
  world.zone('lan').add('n2', { address: '10.0.0.2' });
  world.zone('internet').add('n3', { isProxy: true, address: '10.0.0.3' });
  world.zone('customer-1').add('n4', { isProxy: true, address: '10.0.0.4' });
  await settle(world, 6_000);
  return world;
}

test('a zone sees itself, all zones below, and only the proxies of the zone directly above', async () => {
  const world = await threeZones();
  expect(world.zone('lan').seen).toEqual(['n1', 'n2', 'n3', 'n4']);
  expect(world.zone('internet').seen).toEqual(['n1', 'n3', 'n4']);
  expect(world.zone('customer-1').seen).toEqual(['n3', 'n4']);
});

test('two zones side by side by one proxy each', async () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('n1', { isProxy: true, address: '10.0.0.1' });
  world.zone('internet').add('n2');
  world.zone('lan').add('n3', { isProxy: true, address: '10.0.0.3' });
  world.zone('lan').add('n4');
  await settle(world, 3_000);
  expect(world.zone('internet').seen).toEqual(['n1', 'n2', 'n3', 'n4']);
  expect(world.zone('lan').seen).toEqual(['n1', 'n3', 'n4']);
});

test('events go up to the top, never down', async () => {
  const world = await threeZones();
  for (const [zone, name] of [
    ['lan', 'e1'],
    ['internet', 'e3'],
    ['customer-1', 'e4'],
  ] as const)
    world.zone(zone).event(name, 7);
  await settle(world, 1_000);
  const names = (zone: string) =>
    world
      .zone(zone)
      .published.map(({ name }) => name)
      .sort();
  expect(names('lan')).toEqual(['e1', 'e3', 'e4']);
  expect(names('internet')).toEqual(['e3', 'e4']);
  expect(names('customer-1')).toEqual(['e4']);
});

test('a change below is known above, and one of a proxy above is known below', async () => {
  const world = await threeZones();
  world.zone('customer-1').change('n4', { state: 'dead' });
  world.zone('customer-1').say('n4', 5);
  world.zone('lan').say('n2', 9);
  world.zone('internet').say('n3', 6);
  await settle(world, 1_000);
  expect(world.zone('lan').foreigners.nodes.get('id-n4')).toMatchObject({ state: 'dead' });
  expect(world.zone('lan').version('n4')).toBe(5);
  expect(world.zone('customer-1').version('n3')).toBe(6);
  expect(world.zone('internet').version('n2')).toBeUndefined();
});

test('of several proxies each event comes up once', async () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  world.zone('internet').add('up2', { isProxy: true, address: '10.0.0.2' });
  for (const name of ['p1', 'p2', 'p3']) world.zone('lan').add(name, { isProxy: true, address: `10.0.1.${name[1]}` });
  await settle(world, 3_000);
  for (let turn = 0; turn < 20; turn += 1) world.zone('lan').event(`event-${turn}`, turn + 1);
  await settle(world, 1_000);
  const names = world.zone('internet').published.map(({ name }) => name);
  expect(names).toHaveLength(20);
  expect(new Set(names).size).toBe(20);
});

test('an event that a proxy took with it into its end is passed on by another', async () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  for (const name of ['p1', 'p2']) world.zone('lan').add(name, { isProxy: true, address: `10.0.1.${name[1]}` });
  await settle(world, 3_000);
  // Both proxies are thought to have a link while one of them is gone already.
  const p1 = world.zone('lan').proxies.get('id-p1');
  if (p1) p1.isUp = false;
  for (let turn = 0; turn < 10; turn += 1) world.zone('lan').event(`event-${turn}`, turn + 1);
  await settle(world, 500);
  expect(world.zone('internet').published.length).toBeLessThan(10);
  world.kill('lan', 'p1');
  world.zone('lan').proxies.get('id-p2')?.relay.reconsider();
  await settle(world, 500);
  expect(new Set(world.zone('internet').published.map(({ name }) => name)).size).toBe(10);
});

test('a proxy whose link breaks moves on to another proxy above and tells everything again', async () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  world.zone('internet').add('up2', { isProxy: true, address: '10.0.0.2' });
  world.zone('lan').add('p1', { isProxy: true, address: '10.0.1.1' });
  await settle(world, 3_000);
  const [first, second] = world.wiresTo('up1') > 0 ? ['up1', 'up2'] : ['up2', 'up1'];
  world.kill('internet', first);
  await settle(world, 500);
  world.zone('lan').add('n9');
  await settle(world, 3_000);
  expect(world.wiresTo(second)).toBeGreaterThan(0);
  expect(world.zone('internet').seen).toContain('n9');
  expect(world.zone('lan').proxies.get('id-p1')?.links).toEqual(['internet']);
});

test('several proxies of a zone spread over those above', async () => {
  const world = new World('internet', 'lan');
  for (let place = 0; place < 4; place += 1) {
    world.zone('internet').add(`up${place}`, { isProxy: true, address: `10.0.0.${place + 1}` });
  }
  for (let place = 0; place < 12; place += 1) {
    world.zone('lan').add(`p${place}`, { isProxy: true, address: `10.0.1.${place + 1}` });
  }
  await settle(world, 2_000);
  const used = [0, 1, 2, 3].filter((place) => world.wiresTo(`up${place}`) > 0);
  expect(used.length).toBeGreaterThanOrEqual(3);
});

test('a link proves its zone, and nothing of another zone is taken from it', () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  const relay = world.zone('internet').proxies.get('id-up1')?.relay;
  const heard: Uint8Array[] = [];
  const wire = new Wire(world.clock);
  wire.ends[0].onFrame((frame) => heard.push(frame));
  relay?.accept(wire.ends[1], 'lan');
  wire.ends[0].send(encodeFrame({ kind: 'hello', id: 'x', zone: 'lan' }));
  world.run(10);
  const strangers = [node('evil', 'internet'), node('moon', 'moon'), node('fine', 'lan')];
  wire.ends[0].send(encodeFrame({ kind: 'nodes', nodes: strangers }));
  world.run(10);
  expect(heard.length).toBeGreaterThan(0);
  expect(world.zone('internet').foreigners.nodes.has('id-fine')).toBe(true);
  expect(world.zone('internet').foreigners.nodes.has('id-evil')).toBe(false);
  expect(world.counts.get('dropped_foreign_zone')).toBe(1);
});

test.each([
  ['a zone that is not below', { kind: 'hello', id: 'x', zone: 'moon' }, 'lan'],
  ['a zone other than its key', { kind: 'hello', id: 'x', zone: 'lan' }, 'internet'],
  ['news before the greeting', { kind: 'nodes', nodes: [] }, 'lan'],
] as const)('a link with %s is closed', (_title, frame, proven) => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  const wire = new Wire(world.clock);
  let isClosed = false;
  wire.ends[0].onClose(() => {
    isClosed = true;
  });
  world.zone('internet').proxies.get('id-up1')?.relay.accept(wire.ends[1], proven);
  wire.ends[0].send(encodeFrame(frame));
  world.run(10);
  expect(isClosed).toBe(true);
});

test('who is a proxy no longer is forgotten below', async () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  world.zone('internet').add('up2', { isProxy: true, address: '10.0.0.2' });
  world.zone('lan').add('p1', { isProxy: true, address: '10.0.1.1' });
  await settle(world, 3_000);
  expect(world.zone('lan').seen).toEqual(['p1', 'up1', 'up2']);
  world.zone('internet').change('up2', { isProxy: false, incarnation: 2 });
  await settle(world, 100);
  expect(world.zone('lan').seen).toEqual(['p1', 'up1']);
  world.zone('internet').change('up2', { isProxy: true, incarnation: 3 });
  await settle(world, 100);
  expect(world.zone('lan').seen).toEqual(['p1', 'up1', 'up2']);
});

test('links follow how the zones hang together', async () => {
  const world = new World('internet', 'lan');
  world.zone('internet').add('up1', { isProxy: true, address: '10.0.0.1' });
  world.zone('lan').add('p1', { isProxy: true, address: '10.0.1.1' });
  await settle(world, 3_000);
  const linksOf = (zone: string, name: string) => world.zone(zone).proxies.get(`id-${name}`)?.links;
  expect(linksOf('internet', 'up1')).toEqual(['lan']);
  world.arrange('internet');
  await settle(world, 100);
  expect(linksOf('internet', 'up1')).toEqual([]);
  expect(linksOf('lan', 'p1')).toEqual([]);
  world.arrange('lan', 'internet');
  await settle(world, 3_000);
  expect(linksOf('internet', 'up1')).toEqual(['lan']);
  expect(world.zone('lan').seen).toEqual(['p1', 'up1']);
  expect(world.wiresTo('p1')).toBe(1);
});
