import { ipBytes } from '../../base/ip.ts';
import { copied, Fields } from './fields.ts';
import type { Malformed, OwnMessage, Query, QueryResponse, Relay, SerfMessage } from './messages.ts';
import { bytesOf, type Packable, pack, struct } from './pack.ts';
import { guarded, Refused } from './refusal.ts';
import { unpack } from './unpack.ts';

/** The type byte of each kind of Serf message. */
const TYPES = { leaveIntent: 0, joinIntent: 1, userEvent: 3, query: 4, queryResponse: 5, relay: 9, own: 200 } as const;

const BOOT_BYTES = 8;

/** A Serf message as it travels inside a user message: type byte and fields. */
export function encodeSerf(message: SerfMessage): Uint8Array {
  const head = [Uint8Array.of(TYPES[message.kind]), pack(fieldsOf(message))];
  return bytesOf(message.kind === 'relay' ? [...head, message.inner] : head);
}

/** The Serf message in these bytes, type byte first. */
export function decodeSerf(bytes: Uint8Array): SerfMessage | Malformed {
  return guarded(() => readSerf(bytes));
}

/** As `decodeSerf`, for readers that stand behind a wall already: throws `Refused`. */
export function readSerf(bytes: Uint8Array): SerfMessage {
  const [type] = bytes;
  if (type === TYPES.relay) return readRelay(bytes);
  const read = type === undefined ? undefined : READERS.get(type);
  if (!read) throw new Refused(type === undefined ? 'truncated' : 'unknownType');
  return read(Fields.read(bytes, 1));
}

function fieldsOf(message: SerfMessage): Packable {
  switch (message.kind) {
    case 'leaveIntent':
      return struct({ LTime: message.lTime, Node: message.node, Prune: message.prune });
    case 'joinIntent':
      return struct({ LTime: message.lTime, Node: message.node });
    case 'userEvent':
      return struct({ CC: message.coalesce, LTime: message.lTime, Name: message.name, Payload: message.payload });
    case 'query':
      return queryFields(message);
    case 'queryResponse':
      return responseFields(message);
    case 'relay':
      return relayFields(message);
    case 'own':
      return ownFields(message);
  }
}

const queryFields = (query: Query): Packable =>
  struct({
    Addr: requiredAddress(query.address),
    Filters: query.filters.length === 0 ? null : query.filters,
    Flags: query.flags,
    ID: query.id,
    LTime: query.lTime,
    Name: query.name,
    Payload: query.payload,
    Port: query.port,
    RelayFactor: query.relayFactor,
    SourceNode: query.sourceNode,
    Timeout: query.timeout,
  });

const responseFields = ({ flags, from, id, lTime, payload }: QueryResponse): Packable =>
  struct({ Flags: flags, From: from, ID: id, LTime: lTime, Payload: payload });

const relayFields = ({ address, port, zone, destName }: Relay): Packable =>
  struct({ DestAddr: struct({ IP: requiredAddress(address), Port: port, Zone: zone }), DestName: destName });

const ownFields = ({ boot, counter, ownKind, body, sender, version }: OwnMessage): Packable =>
  struct({ B: boot, C: counter, K: ownKind, P: body, S: sender, V: version });

const READERS: ReadonlyMap<number, (fields: Fields) => SerfMessage> = new Map<number, (fields: Fields) => SerfMessage>([
  [
    TYPES.leaveIntent,
    (fields) => ({
      kind: 'leaveIntent',
      lTime: fields.lamport(),
      node: fields.nodeName('Node'),
      prune: fields.boolean('Prune'),
    }),
  ],
  [TYPES.joinIntent, (fields) => ({ kind: 'joinIntent', lTime: fields.lamport(), node: fields.nodeName('Node') })],
  [
    TYPES.userEvent,
    (fields) => ({
      kind: 'userEvent',
      lTime: fields.lamport(),
      name: fields.text('Name'),
      payload: fields.bytes('Payload'),
      coalesce: fields.boolean('CC'),
    }),
  ],
  [TYPES.query, readQuery],
  [
    TYPES.queryResponse,
    (fields) => ({
      kind: 'queryResponse',
      lTime: fields.lamport(),
      id: fields.u32('ID'),
      from: fields.nodeName('From'),
      flags: fields.u32('Flags'),
      payload: fields.bytesOrNull('Payload'),
    }),
  ],
  [TYPES.own, readOwn],
]);

function readQuery(fields: Fields): Query {
  return {
    kind: 'query',
    lTime: fields.lamport(),
    id: fields.u32('ID'),
    name: fields.text('Name'),
    payload: fields.bytes('Payload'),
    address: fields.address('Addr'),
    port: fields.port('Port'),
    sourceNode: fields.text('SourceNode', 128),
    filters: fields.list('Filters').map(copied),
    flags: fields.u32('Flags'),
    relayFactor: fields.integer('RelayFactor', 255),
    timeout: fields.integer('Timeout'),
  };
}

function readOwn(fields: Fields): OwnMessage {
  const boot = fields.bytes('B');
  if (boot.length !== BOOT_BYTES) throw new Refused('malformed');
  return {
    kind: 'own',
    boot,
    counter: fields.integer('C'),
    ownKind: fields.integer('K', 255),
    body: fields.bytes('P'),
    sender: fields.nodeName('S'),
    version: fields.integer('V', 255),
  };
}

function readRelay(bytes: Uint8Array): Relay {
  const { value, end } = unpack(bytes, 1);
  const fields = Fields.of(value);
  const destination = Fields.of(fields.map('DestAddr'));
  if (end === bytes.length) throw new Refused('truncated');
  return {
    kind: 'relay',
    address: destination.address('IP'),
    port: destination.port('Port'),
    zone: destination.text('Zone'),
    destName: fields.text('DestName', 128),
    inner: new Uint8Array(bytes.subarray(end)),
  };
}

/** The bytes of an address of ours; throws when it is none, which is a fault of the caller. */
export function requiredAddress(text: string): Uint8Array {
  const bytes = ipBytes(text);
  if (!bytes) throw new TypeError(`"${text}" is not an IP address`);
  return bytes;
}
