import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { type ForeignNode, isLater, packNodes, readNodes } from '../../../src/gossip/zones/foreign-node.ts';
import { Foreigners } from '../../../src/gossip/zones/foreigners.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../../src/gossip/zones/frames.ts';
import { linkedZones, Reach } from '../../../src/gossip/zones/reach.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { full, node } from './world.ts';

const states = ['alive', 'suspect', 'dead', 'left'] as const;
const anyNode = fc.record<ForeignNode>({
  id: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  name: fc.stringMatching(/^[A-Za-z0-9.-]{1,40}$/),
  zone: fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/),
  incarnation: fc.nat(2 ** 31 - 1),
  state: fc.constantFrom(...states),
  isProxy: fc.boolean(),
  address: fc.nat(255).map((last) => `10.0.0.${last}`),
  port: fc.integer({ min: 1, max: 65_535 }),
  peerPort: fc.integer({ min: 0, max: 65_535 }),
});

test('nodes come out of bytes as they went in', () => {
  fc.assert(
    fc.property(fc.array(anyNode, { maxLength: 20 }), (nodes) => {
      expect(readNodes(packNodes(nodes))).toEqual(nodes);
    }),
  );
});

test('frames come out of bytes as they went in', () => {
  const frames: Frame[] = [
    { kind: 'hello', id: 'x', zone: 'lan' },
    { kind: 'nodes', nodes: [node('a', 'lan')] },
    { kind: 'full', full: full('a', 3) },
    { kind: 'delta', delta: { id: 'a', part: 'checks', from: 1, to: 2, set: new Map(), del: ['x'] } },
    { kind: 'event', event: { zone: 'lan', lTime: 7, name: 'deploy', payload: Uint8Array.of(1, 2) } },
  ];
  for (const frame of frames) expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
});

test('bytes that are no frame are none, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeFrame(bytes)).not.toThrow();
    }),
  );
  expect(decodeFrame(Uint8Array.of(99, 128))).toBeUndefined();
  expect(decodeFrame(new Uint8Array())).toBeUndefined();
});

test.each([
  ['1 alive', '2 alive', true],
  ['2 alive', '1 dead', false],
  ['1 alive', '1 suspect', true],
  ['1 suspect', '1 alive', false],
  ['1 suspect', '1 dead', true],
  ['1 dead', '1 left', true],
  ['1 left', '1 dead', false],
  ['1 dead', '2 alive', true],
  ['1 alive', '1 alive', false],
])('after incarnation %s, %s is later: %s', (known, told, isNews) => {
  expect(isLater(written(told), written(known))).toBe(isNews);
});

function written(text: string): ForeignNode {
  const [incarnation, word] = text.split(' ');
  const state = states.find((each) => each === word) ?? 'alive';
  return node('a', 'lan', { incarnation: Number(incarnation), state });
}

const foreigners = () => {
  const desk = new Desk(PROFILES.lan, seeded(1));
  return { desk, foreigners: new Foreigners(desk, ({ zone }) => zone === 'lan') };
};

test('whoever hears the same in another order knows the same and says so by one digest', () => {
  fc.assert(
    fc.property(fc.array(anyNode, { maxLength: 30 }), fc.nat(), (nodes, seed) => {
      const told = nodes.map((each) => ({ ...each, id: `n${each.incarnation % 5}`, zone: 'lan' }));
      const shuffled = told
        .map((each, place) => ({ each, key: seeded(seed + place)() }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      const [one, other] = [foreigners(), foreigners()];
      one.foreigners.learn(told);
      other.foreigners.learn(shuffled);
      const rank = ({ incarnation, state }: ForeignNode) => `${incarnation} ${state}`;
      for (const [id, known] of one.foreigners.nodes) {
        expect(rank(known)).toBe(rank(other.foreigners.nodes.get(id) ?? known));
      }
      expect(other.foreigners.digest).toEqual(one.foreigners.digest);
    }),
  );
});

test('who may not be seen is not taken, and counted', () => {
  const { desk, foreigners: known } = foreigners();
  expect(known.learn([node('a', 'moon')])).toEqual([]);
  expect(known.nodes.size).toBe(0);
  expect(desk.counts.get('dropped_foreign_invisible')).toBe(1);
});

test('who has been dead for a day is forgotten, who lives is not', () => {
  const { desk, foreigners: known } = foreigners();
  known.learn([node('a', 'lan', { state: 'dead' }), node('b', 'lan')]);
  desk.now = 24 * 3_600_000;
  known.reap({ dead: 24 * 3_600_000, left: 24 * 3_600_000 });
  expect([...known.nodes.keys()]).toEqual(['id-b']);
  expect(desk.takeEffects().at(-1)).toMatchObject({ type: 'foreignGone', node: { id: 'id-a' } });
});

test('a zone is out of reach when no way has led there for fifteen seconds, and back at once', () => {
  const clock = new SimulatedClock();
  const told: string[] = [];
  const reach = new Reach({ clock, changed: (zone, isReachable) => told.push(`${zone} ${isReachable}`) });
  reach.update(['lan'], new Set(['lan']));
  reach.update(['lan'], new Set());
  clock.run(14_000);
  expect(reach.isReachable('lan')).toBe(true);
  reach.update(['lan'], new Set(['lan']));
  clock.run(14_000);
  reach.update(['lan'], new Set());
  clock.run(15_000);
  expect(reach.isReachable('lan')).toBe(false);
  reach.update(['lan'], new Set(['lan']));
  expect(told).toEqual(['lan false', 'lan true']);
});

test('ways lead through the links of zones in between', () => {
  const proxies = [
    { zone: 'top', links: ['a'] },
    { zone: 'a', links: ['top', 'b'] },
    { zone: 'c', links: ['d'] },
  ];
  expect([...linkedZones('top', proxies)].sort()).toEqual(['a', 'b', 'top']);
});
