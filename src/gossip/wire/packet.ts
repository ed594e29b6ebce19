import { Fields } from './fields.ts';
import type {
  Ack,
  Alive,
  Dead,
  Failure,
  IndirectPing,
  Malformed,
  Nack,
  PacketMessage,
  Ping,
  Source,
  Suspect,
} from './messages.ts';
import { bytesOf, type Packable, Packed, pack, struct } from './pack.ts';
import { guarded, Refused } from './refusal.ts';
import { encodeSerf, readSerf, requiredAddress } from './serf.ts';

/** The type bytes of memberlist, framing included. */
export const TYPE = {
  ping: 0,
  indirectPing: 1,
  ack: 2,
  suspect: 3,
  alive: 4,
  dead: 5,
  pushPull: 6,
  compound: 7,
  user: 8,
  compress: 9,
  encrypt: 10,
  nack: 11,
  crc: 12,
  error: 13,
  label: 244,
} as const;

/** Bytes that the extra key `OpsBro` may take; more of it is neither sent nor looked at. */
const OPSBRO_LIMIT = 600;

/** Messages that are a type byte and a map. */
type Plain = Ping | IndirectPing | Ack | Nack | Suspect | Alive | Dead | Failure;

/** The bytes of one message, type byte first, as a datagram carries it. */
export function encode(message: PacketMessage | Failure): Uint8Array {
  switch (message.kind) {
    case 'ping':
    case 'indirectPing':
    case 'ack':
    case 'nack':
    case 'suspect':
    case 'alive':
    case 'dead':
    case 'error':
      return bytesOf([Uint8Array.of(TYPE[message.kind]), pack(fieldsOf(message))]);
    default:
      return bytesOf([Uint8Array.of(TYPE.user), encodeSerf(message)]);
  }
}

/** The message in these bytes, type byte first, as a datagram carries it. Framing (compound, compress, CRC) is not looked into. */
export function decode(bytes: Uint8Array): PacketMessage | Failure | Malformed {
  return guarded(() => readMessage(bytes));
}

function readMessage(bytes: Uint8Array): PacketMessage | Failure {
  const [type] = bytes;
  if (type === TYPE.user) return readSerf(bytes.subarray(1));
  const read = type === undefined ? undefined : READERS.get(type);
  if (!read) throw new Refused(type === undefined ? 'truncated' : 'unknownType');
  return read(Fields.read(bytes, 1));
}

function fieldsOf(message: Plain): Packable {
  switch (message.kind) {
    case 'ping':
      return struct({
        Node: message.node,
        OpsBro: extra(message),
        SeqNo: message.seqNo,
        ...sourceFields(message.source),
      });
    case 'indirectPing':
      return indirectPingFields(message);
    case 'ack':
      return struct({ OpsBro: extra(message), Payload: message.payload, SeqNo: message.seqNo });
    case 'nack':
      return struct({ SeqNo: message.seqNo });
    case 'suspect':
    case 'dead':
      return accusationFields(message);
    case 'alive':
      return aliveFields(message);
    case 'error':
      return struct({ Error: message.text });
  }
}

const accusationFields = (message: Suspect | Dead): Packable =>
  struct({ From: message.from, Incarnation: message.incarnation, Node: message.node, OpsBro: extra(message) });

const extra = ({ opsbro }: { readonly opsbro?: Uint8Array }): Packed | undefined =>
  opsbro && opsbro.length <= OPSBRO_LIMIT ? new Packed(opsbro) : undefined;

const indirectPingFields = (message: IndirectPing): Packable =>
  struct({
    Nack: message.nack,
    Node: message.node,
    Port: message.port,
    SeqNo: message.seqNo,
    ...sourceFields(message.source),
    Target: requiredAddress(message.target),
  });

const aliveFields = (message: Alive): Packable =>
  struct({
    Addr: requiredAddress(message.address),
    Incarnation: message.incarnation,
    Meta: message.meta,
    Node: message.node,
    Port: message.port,
    Vsn: Uint8Array.from(message.versions),
  });

function sourceFields(source: Source | undefined): Readonly<Record<string, Packable>> {
  if (!source) return {};
  const node = source.node === '' ? {} : { SourceNode: source.node };
  return { SourceAddr: requiredAddress(source.address), ...node, SourcePort: source.port };
}

const READERS: ReadonlyMap<number, (fields: Fields) => Plain> = new Map<number, (fields: Fields) => Plain>([
  [TYPE.ping, readPing],
  [TYPE.indirectPing, readIndirectPing],
  [TYPE.ack, readAck],
  [TYPE.nack, (fields) => ({ kind: 'nack', seqNo: fields.u32('SeqNo') })],
  [TYPE.suspect, (fields) => ({ kind: 'suspect', ...accusation(fields) })],
  [TYPE.dead, (fields) => ({ kind: 'dead', ...accusation(fields) })],
  [TYPE.alive, readAlive],
  [TYPE.error, (fields) => ({ kind: 'error', text: fields.text('Error') })],
]);

function readPing(fields: Fields): Ping {
  return {
    kind: 'ping',
    seqNo: fields.u32('SeqNo'),
    node: fields.text('Node', 128),
    ...fields.source(),
    ...fields.opsbro(OPSBRO_LIMIT),
  };
}

function readAck(fields: Fields): Ack {
  return {
    kind: 'ack',
    seqNo: fields.u32('SeqNo'),
    payload: fields.bytesOrNull('Payload'),
    ...fields.opsbro(OPSBRO_LIMIT),
  };
}

function readIndirectPing(fields: Fields): IndirectPing {
  return {
    kind: 'indirectPing',
    seqNo: fields.u32('SeqNo'),
    node: fields.text('Node', 128),
    target: fields.address('Target'),
    port: fields.port('Port'),
    nack: fields.boolean('Nack'),
    ...fields.source(),
  };
}

function readAlive(fields: Fields): Alive {
  return {
    kind: 'alive',
    node: fields.nodeName('Node'),
    incarnation: fields.incarnation(),
    address: fields.address('Addr'),
    port: fields.port('Port'),
    meta: fields.meta(),
    versions: fields.versions(),
  };
}

const accusation = (fields: Fields) => ({
  node: fields.nodeName('Node'),
  incarnation: fields.incarnation(),
  from: fields.nodeName('From'),
  ...fields.opsbro(OPSBRO_LIMIT),
});
