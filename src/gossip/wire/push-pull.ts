import { asNodeName, Fields } from './fields.ts';
import {
  type DropReason,
  type NodeEntry,
  type PushPull,
  type RingEntry,
  type SerfState,
  WIRE_STATES,
} from './messages.ts';
import { bytesOf, type Packable, Packed, pack, struct } from './pack.ts';
import { TYPE } from './packet.ts';
import { guarded, isMalformed, Refused } from './refusal.ts';
import { requiredAddress } from './serf.ts';
import type { Unpacked } from './unpack.ts';

/** The Serf type byte in front of the state. */
const SERF_STATE = 2;
const MAX_NODES = 1_048_576;

/** What a push/pull announces before its members. */
export interface PushPullHead {
  readonly join: boolean;
  readonly nodes: number;
  readonly serfBytes: number;
}

/** A push/pull as a stream carries it. */
export function encodePushPull({ join, nodes, serf }: PushPull): Uint8Array {
  const state = serf ? encodeSerfState(serf) : new Uint8Array();
  const head = struct({ Join: join, Nodes: nodes.length, UserStateLen: state.length });
  return bytesOf([Uint8Array.of(TYPE.pushPull), pack(head), ...nodes.map((node) => pack(entryFields(node))), state]);
}

/** The announcement in an unpacked map; throws `Refused`. */
export function readPushPullHead(fields: Fields): PushPullHead {
  const head = {
    join: fields.boolean('Join'),
    nodes: fields.integer('Nodes'),
    serfBytes: fields.integer('UserStateLen'),
  };
  if (head.nodes > MAX_NODES) throw new Refused('tooBig');
  return head;
}

/** A member in an unpacked map; throws `Refused`. */
export function readNodeEntry(fields: Fields): NodeEntry {
  const state = WIRE_STATES[fields.integer('State')];
  if (!state) throw new Refused('malformed');
  return {
    name: fields.nodeName('Name'),
    incarnation: fields.incarnation(),
    address: fields.address('Addr'),
    port: fields.port('Port'),
    meta: fields.meta(),
    state,
    versions: fields.versions(),
  };
}

/** The Serf state at the end of a push/pull; throws `Refused`. Single entries that are none are left out, the reasons put into `dropped`. */
export function readSerfState(bytes: Uint8Array, dropped: DropReason[]): SerfState {
  if (bytes[0] !== SERF_STATE) throw new Refused('unknownType');
  const fields = Fields.read(bytes, 1);
  return {
    lTime: fields.lamport(),
    eventLTime: fields.lamport('EventLTime'),
    queryLTime: fields.lamport('QueryLTime'),
    statusLTimes: statusTimes(fields.map('StatusLTimes'), dropped),
    leftMembers: fields.list('LeftMembers').flatMap((name) => kept(() => asNodeName(name), dropped)),
    events: fields.list('Events').map((entry) => kept(() => ringEntry(entry), dropped)[0] ?? null),
    ...fields.opsbro(bytes.length),
  };
}

const entryFields = (node: NodeEntry): Packable =>
  struct({
    Addr: requiredAddress(node.address),
    Incarnation: node.incarnation,
    Meta: node.meta,
    Name: node.name,
    Port: node.port,
    State: WIRE_STATES.indexOf(node.state),
    Vsn: Uint8Array.from(node.versions),
  });

function encodeSerfState(state: SerfState): Uint8Array {
  const fields = struct({
    EventLTime: state.eventLTime,
    Events: state.events.map((entry) => entry && ringFields(entry)),
    LTime: state.lTime,
    LeftMembers: state.leftMembers,
    OpsBro: state.opsbro && new Packed(state.opsbro),
    QueryLTime: state.queryLTime,
    StatusLTimes: state.statusLTimes,
  });
  return bytesOf([Uint8Array.of(SERF_STATE), pack(fields)]);
}

const ringFields = ({ lTime, events }: RingEntry): Packable =>
  struct({ Events: events.map(({ name, payload }) => struct({ Name: name, Payload: payload })), LTime: lTime });

function ringEntry(value: Unpacked): RingEntry | null {
  if (value === null) return null;
  const entry = Fields.of(value);
  const events = entry.list('Events').map((event) => {
    const fields = Fields.of(event);
    return { name: fields.text('Name'), payload: fields.bytes('Payload') };
  });
  return { lTime: entry.lamport(), events };
}

function statusTimes(map: ReadonlyMap<string, Unpacked>, dropped: DropReason[]): Map<string, number> {
  const times = new Fields(map);
  const entries = [...map.keys()].flatMap((name) =>
    kept(() => [asNodeName(Buffer.from(name)), times.lamport(name)] as const, dropped),
  );
  return new Map(entries);
}

/** What was read, or nothing and a reason more. */
function kept<T>(read: () => T, dropped: DropReason[]): T[] {
  const value = guarded(read);
  if (!isMalformed(value)) return [value];
  dropped.push(value.reason);
  return [];
}
