import fc from 'fast-check';
import type { NodeEntry, PacketMessage, StreamMessage, Versions } from '../../../src/gossip/wire/messages.ts';
import { pack, struct } from '../../../src/gossip/wire/pack.ts';

const VERSIONS: Versions = [1, 5, 2, 2, 5, 5];

const name = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const lTime = fc.integer({ min: 0, max: 2 ** 48 });
const port = fc.integer({ min: 1, max: 65_535 });
const bytes = fc.uint8Array({ maxLength: 300 });
const incarnation = fc.integer({ min: 0, max: 2 ** 31 });
const address = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join('.')),
  fc.constantFrom('fd00::3', '::1', '2001:db8::1:0:0:1', 'fe80::1:2:3:4'),
);
const optionalSource = fc.oneof(
  fc.constant({}),
  fc.record({ source: fc.record({ address, port, node: fc.oneof(name, fc.constant('')) }) }),
);
const kind = <const Kind extends string>(text: Kind) => fc.constant(text);

/** What our own nodes may add to a message: nothing, or a packed value. */
const opsbro = fc.oneof(
  fc.constant({}),
  fc
    .tuple(fc.constantFrom('V', 'Z'), fc.oneof(bytes, fc.array(lTime, { maxLength: 5 })))
    .map(([key, value]) => ({ opsbro: pack(struct({ [key]: value })) })),
);

/** Every message that a datagram may carry. */
export const packetMessages: fc.Arbitrary<PacketMessage> = fc.oneof(
  fc
    .tuple(fc.record({ kind: kind('ping'), seqNo: u32, node: name }), optionalSource, opsbro)
    .map(([ping, source, extra]) => ({ ...ping, ...source, ...extra })),
  fc
    .tuple(
      fc.record({ kind: kind('indirectPing'), seqNo: u32, node: name, target: address, port, nack: fc.boolean() }),
      optionalSource,
    )
    .map(([ping, source]) => ({ ...ping, ...source })),
  fc
    .tuple(fc.record({ kind: kind('ack'), seqNo: u32, payload: fc.option(bytes) }), opsbro)
    .map(([ack, extra]) => ({ ...ack, ...extra })),
  fc.record({ kind: kind('nack'), seqNo: u32 }),
  fc
    .tuple(
      fc.record({ kind: fc.constantFrom('suspect' as const, 'dead' as const), node: name, incarnation, from: name }),
      opsbro,
    )
    .map(([accusation, extra]) => ({ ...accusation, ...extra })),
  fc.record({
    kind: kind('alive'),
    node: name,
    incarnation,
    address,
    port,
    meta: bytes,
    versions: fc.constant(VERSIONS),
  }),
  fc.record({ kind: kind('leaveIntent'), lTime, node: name, prune: fc.boolean() }),
  fc.record({ kind: kind('joinIntent'), lTime, node: name }),
  fc.record({ kind: kind('userEvent'), lTime, name: fc.string(), payload: bytes, coalesce: fc.boolean() }),
  fc.record({
    kind: kind('query'),
    lTime,
    id: u32,
    name: fc.string(),
    payload: bytes,
    address,
    port,
    sourceNode: name,
    filters: fc.array(bytes, { maxLength: 3 }),
    flags: u32,
    relayFactor: fc.nat(255),
    timeout: fc.maxSafeNat(),
  }),
  fc.record({ kind: kind('queryResponse'), lTime, id: u32, from: name, flags: u32, payload: fc.option(bytes) }),
  fc.record({
    kind: kind('relay'),
    address,
    port,
    zone: fc.string(),
    destName: name,
    inner: fc.uint8Array({ minLength: 1, maxLength: 50 }),
  }),
  fc.record({
    kind: kind('own'),
    boot: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    counter: fc.maxSafeNat(),
    ownKind: fc.nat(255),
    body: bytes,
    sender: name,
    version: fc.constant(1),
  }),
);

const nodeEntry: fc.Arbitrary<NodeEntry> = fc.record({
  name,
  incarnation,
  address,
  port,
  meta: bytes,
  state: fc.constantFrom('alive', 'suspect', 'dead', 'left'),
  versions: fc.constant(VERSIONS),
});

const ringEntry = fc.record({
  lTime,
  events: fc.array(fc.record({ name: fc.string(), payload: bytes }), { maxLength: 2 }),
});

const serfState = fc
  .tuple(
    fc.record({
      lTime,
      eventLTime: lTime,
      queryLTime: lTime,
      statusLTimes: fc.array(fc.tuple(name, lTime), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      leftMembers: fc.array(name, { maxLength: 3 }),
      events: fc.array(fc.option(ringEntry), { maxLength: 3 }),
    }),
    opsbro,
  )
  .map(([state, extra]) => ({ ...state, ...extra }));

/** Every message that a stream may carry. */
export const streamMessages: fc.Arbitrary<StreamMessage> = fc.oneof(
  { weight: 5, arbitrary: packetMessages.filter(isForStreams) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('pushPull'),
      join: fc.boolean(),
      nodes: fc.array(nodeEntry, { maxLength: 5 }),
      serf: fc.option(serfState),
    }),
  },
  fc.record({ kind: kind('error'), text: fc.string() }),
);

const ONLY_DATAGRAMS: ReadonlySet<string> = new Set(['indirectPing', 'nack', 'suspect', 'alive', 'dead']);

function isForStreams(message: PacketMessage): message is PacketMessage & StreamMessage {
  return !ONLY_DATAGRAMS.has(message.kind);
}
