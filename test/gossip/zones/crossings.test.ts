import { expect, test } from 'vitest';
import { Crossings } from '../../../src/gossip/zones/crossings.ts';
import type { Gate } from '../../../src/gossip/zones/gate.ts';
import { node } from './world.ts';

const THERE = { address: '10.0.0.9', port: 6_768 };

interface Given {
  /** What this node is as a proxy; left out, it is none. */
  readonly gate?: Partial<Gate>;
  readonly proxies?: readonly string[];
  readonly answer?: { id: string; zone: string; isProxy: boolean; peerPort: number };
}

/** A node of `lan`, between `internet` and `customer`. */
const crossings = ({ gate, proxies = [], answer }: Given) =>
  new Crossings({
    zone: 'lan',
    place: { parent: 'internet', isChild: (zone) => zone === 'customer', isWithin: () => false },
    gate: () => gate as Gate | undefined,
    foreigners: () => new Map([['id-a', node('a', 'customer', { address: '10.0.0.7', port: 7 })]]),
    self: () => ({ address: '10.0.0.1', port: 6_768 }),
    proxies: () => proxies,
    whoIs: async () => answer,
  });

test('the zone of an address is told, known, or asked for', async () => {
  const met: string[] = [];
  const gate: Partial<Gate> = { met: (zone, [first]) => void met.push(`${zone} ${first?.address} ${first?.port}`) };
  const answer = { id: 'x', zone: 'internet', isProxy: true, peerPort: 6_767 };
  const error = 'refused';
  expect(await crossings({}).find(THERE, { error, zone: 'moon' })).toEqual({ zone: 'moon', relation: 'other' });
  const known = { address: '10.0.0.7', port: 7 };
  expect(await crossings({}).find(known, { error })).toEqual({ zone: 'customer', relation: 'below' });
  expect(await crossings({ answer, gate }).find(THERE, { error })).toEqual({ zone: 'internet', relation: 'above' });
  expect(met).toEqual(['internet 10.0.0.9 6767']);
  expect(await crossings({}).find(THERE, { error })).toBeUndefined();
  expect(await crossings({ answer: { ...answer, zone: 'lan' } }).find(THERE, { error })).toBeUndefined();
  expect(await crossings({ answer: { ...answer, zone: '' } }).find(THERE, { error })).toBeUndefined();
});

const linked = { linked: async () => true, knowsAbove: true };
const failed = { linked: async () => false, knowsAbove: true, trouble: '10.0.0.9:6767: refused' };

test.each([
  ['a proxy, the zone above', 'above', { gate: linked }, undefined],
  ['a proxy, a zone below', 'below', { gate: linked }, undefined],
  ['no proxy', 'above', {}, 'only proxies link zones: set proxy_node: true on one node of this zone'],
  [
    'no proxy beside one',
    'above',
    { proxies: ['p1', 'p2'] },
    'only proxies link zones: run this on p1 or p2, or set proxy',
  ],
  ['a proxy that gets no link', 'above', { gate: failed }, 'no link yet (10.0.0.9:6767: refused); it is tried again'],
  ['a proxy that knows none above', 'above', { gate: { knowsAbove: false } }, 'give the address of one'],
  [
    'a proxy that nobody links to',
    'below',
    { gate: failed },
    'run `opsbro gossip join 10.0.0.1:6768` on a proxy of "x"',
  ],
  [
    'a zone far away',
    'other',
    { gate: linked },
    'each zone is a pool of its own, and these are not next to each other',
  ],
] as const)('to join across zones: %s', async (_title, relation, given: Given, expected) => {
  const text = await crossings(given).link({ zone: 'x', relation });
  if (expected === undefined) expect(text).toBeUndefined();
  else expect(text).toContain(expected);
});
