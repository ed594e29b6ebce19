import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { Core } from '../../src/gossip/core/core.ts';
import type { Effect, Input } from '../../src/gossip/core/effect.ts';
import { PROFILES } from '../../src/gossip/core/profile.ts';
import type { Alive, NodeEntry, PushPull } from '../../src/gossip/wire/messages.ts';
import { encodeTags } from '../../src/gossip/wire/tags.ts';

const PLACE = { address: '10.0.0.2', port: 1 };

/** A core of zone internet, and what it did. */
function coreOfInternet() {
  const core = new Core({
    name: 'me',
    address: '10.0.0.1',
    port: 1,
    incarnation: 5,
    profile: PROFILES.lan,
    random: seeded(1),
    facts: { id: 'id-me', zone: 'internet', isProxy: false, tags: new Map() },
    boot: new Uint8Array(8),
  });
  core.start(0);
  const step = (input: Input): readonly Effect[] => core.step(input, 0);
  const others = () => [...core.nodes.keys()].filter((name) => name !== 'me');
  return { core, step, others };
}

const record = (zone: string | undefined) => ({
  ...PLACE,
  incarnation: 1,
  meta: encodeTags(new Map(zone === undefined ? [['role', 'db']] : [['z', zone]])),
  versions: [1, 5, 2, 2, 5, 5] as const,
});
const alive = (node: string, zone?: string): Alive => ({ kind: 'alive', node, ...record(zone) });
const entry = (name: string, zone?: string, state: NodeEntry['state'] = 'alive'): NodeEntry => ({
  name,
  state,
  ...record(zone),
});
const pushPull = (...nodes: NodeEntry[]): PushPull => ({ kind: 'pushPull', join: true, nodes, serf: null });

test('a member of another zone does not enter the pool; one without a zone does', () => {
  const { core, step, others } = coreOfInternet();
  step({ type: 'packet', from: PLACE, messages: [alive('far', 'lan'), alive('near', 'internet'), alive('serf')] });
  expect(others()).toEqual(['near', 'serf']);
  expect(core.counts.get('dropped_other_zone')).toBe(1);
});

test('what is said of this node itself is always answered', () => {
  const { core, step } = coreOfInternet();
  step({ type: 'packet', from: PLACE, messages: [{ ...alive('me', 'lan'), address: '10.0.0.1', incarnation: 9 }] });
  expect(core.self.incarnation).toBe(10);
});

test('of a push/pull of another pool nothing is taken, not even who died there', () => {
  const { core, step, others } = coreOfInternet();
  step({ type: 'packet', from: PLACE, messages: [alive('near', 'internet')] });
  step({
    type: 'asked',
    stream: 1,
    message: pushPull(entry('far', 'lan'), entry('serf'), entry('near', 'lan', 'left')),
  });
  expect(others()).toEqual(['near']);
  expect(core.nodes.get('near')?.state).toBe('alive');
});

test('of a push/pull of our pool only strangers are left out', () => {
  const { step, others } = coreOfInternet();
  step({ type: 'asked', stream: 1, message: pushPull(entry('far', 'lan'), entry('serf'), entry('near', 'internet')) });
  expect(others()).toEqual(['serf', 'near']);
});

test('a pool of plain Serf agents has no zone', () => {
  const { step, others } = coreOfInternet();
  step({ type: 'asked', stream: 1, message: pushPull(entry('a'), entry('b')) });
  expect(others()).toEqual(['a', 'b']);
});

test('who joins a member of another zone is told so', () => {
  const { step } = coreOfInternet();
  const [request] = step({ type: 'join', to: PLACE, ticket: 7 }).filter((effect) => effect.type === 'request');
  const effects = step({ type: 'answered', id: request?.id ?? 0, message: pushPull(entry('far', 'lan')) });
  expect(effects).toContainEqual({
    type: 'joined',
    ticket: 7,
    error: 'is in zone "lan", and this node in "internet"; each zone is a pool of its own',
    zone: 'lan',
  });
});
