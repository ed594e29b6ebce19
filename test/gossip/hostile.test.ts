import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { Core } from '../../src/gossip/core/core.ts';
import { PROFILES } from '../../src/gossip/core/profile.ts';
import type { NodeEntry, PacketMessage, PushPull, Versions } from '../../src/gossip/wire/messages.ts';

const node = fc.constantFrom('me', 'a', 'b', 'c', 'd');
const number = fc.oneof(fc.nat(12), fc.nat(2 ** 32));
const bytes = fc.uint8Array({ maxLength: 40 });
const versions = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Versions>([1, 5, 2, 2, 5, 5]) },
  fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
);
const place = { address: fc.constantFrom('10.0.0.1', '10.0.0.2'), port: fc.constantFrom(1, 2) };
const kind = <const Kind extends string>(name: Kind) => fc.constant(name);
const message: fc.Arbitrary<PacketMessage> = fc.oneof(
  fc.record({ kind: kind('alive'), node, incarnation: number, ...place, meta: bytes, versions }),
  fc.record({ kind: kind('suspect'), node, incarnation: number, from: node }),
  fc.record({ kind: kind('dead'), node, incarnation: number, from: node }),
  fc.record({ kind: kind('joinIntent'), node, lTime: number }),
  fc.record({ kind: kind('leaveIntent'), node, lTime: number, prune: fc.boolean() }),
  fc.record({ kind: kind('ping'), node, seqNo: number }),
  fc.record({ kind: kind('ack'), seqNo: fc.nat(20), payload: bytes }),
  fc.record({ kind: kind('nack'), seqNo: number }),
  fc.record({ kind: kind('userEvent'), lTime: number, name: node, payload: bytes, coalesce: fc.boolean() }),
  fc.record({
    kind: kind('indirectPing'),
    node,
    seqNo: number,
    target: place.address,
    port: fc.nat(2),
    nack: fc.boolean(),
  }),
  fc.record({
    kind: kind('own'),
    boot: bytes,
    counter: number,
    ownKind: fc.nat(6),
    body: bytes,
    sender: node,
    version: fc.nat(2),
  }),
);
const entry: fc.Arbitrary<NodeEntry> = fc.record({
  name: node,
  incarnation: number,
  ...place,
  meta: bytes,
  state: fc.constantFrom('alive', 'suspect', 'dead', 'left'),
  versions,
});
const exchange: fc.Arbitrary<PushPull> = fc.record({
  kind: kind('pushPull'),
  join: fc.boolean(),
  nodes: fc.array(entry, { maxLength: 6 }),
  serf: fc.option(
    fc.record({
      lTime: number,
      eventLTime: number,
      queryLTime: number,
      statusLTimes: fc.array(fc.tuple(node, number)).map((pairs) => new Map(pairs)),
      leftMembers: fc.array(node),
      events: fc.constant([]),
      opsbro: bytes,
    }),
  ),
});
const happening = fc.oneof(
  { weight: 6, arbitrary: message.map((heard) => ({ heard })) },
  exchange.map((asked) => ({ asked })),
  fc.nat(5_000).map((waited) => ({ waited })),
);

test('whatever strangers say, nothing is thrown, our own record stays ours, and no incarnation of it is lost', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const core = new Core({
        name: 'me',
        address: '10.0.0.1',
        port: 1,
        incarnation: 1,
        profile: PROFILES.lan,
        random: seeded(1),
        facts: { id: 'id-me', zone: 'internet', isProxy: false, tags: new Map() },
        boot: new Uint8Array(8),
      });
      core.start(0);
      let now = 0;
      let incarnation = 0;
      const from = { address: '10.0.0.9', port: 9 };
      for (const happened of happenings) {
        if ('heard' in happened) core.step({ type: 'packet', from, messages: [happened.heard] }, now);
        else if ('asked' in happened) core.step({ type: 'asked', stream: 1, message: happened.asked }, now);
        else {
          const end = now + happened.waited;
          for (let at = core.wakeAt; at !== undefined && at <= end; at = core.wakeAt) {
            now = Math.max(now, at);
            core.step({ type: 'wake' }, now);
          }
          now = end;
        }
        expect(core.self).toMatchObject({ name: 'me', state: 'alive', address: '10.0.0.1', port: 1 });
        expect(core.self.incarnation).toBeGreaterThanOrEqual(incarnation);
        incarnation = core.self.incarnation;
      }
      expect(core.counts.get('internal_error')).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
