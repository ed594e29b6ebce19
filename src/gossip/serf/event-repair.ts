import type { Desk } from '../core/desk.ts';
import { isOurs, type Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import { Fields } from '../wire/fields.ts';
import { pack, struct } from '../wire/pack.ts';
import { asBuffer, type Unpacked } from '../wire/unpack.ts';
import type { KeptEvent } from './event-ring.ts';
import type { Events } from './events.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly events: Events;
  readonly selfName: string;
  /** Sends a body of the kind `events` to one of ours. */
  readonly send: (to: Node, body: Uint8Array) => void;
}

/** So many different digests in a row are no accident of timing. */
const STRIKES = 2;
/** No member is asked, or answered, more often. */
const SPACING_MS = 2_000;
const MAX_LISTED = 8_192;
/** What is left over is missing still at the next exchange. */
const MAX_SENT_BYTES = 256 * 1_024;
const HASH_BYTES = 8;

/**
 * Finds events that were lost on their way: digests travel with the acks of probes, and members that differ exchange lists of what they
 * have and then what is missing. Only among our own.
 */
export class EventRepair {
  readonly #parts: Parts;
  readonly #asked = new Map<string, number>();
  readonly #served = new Map<string, number>();
  #strikes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The event clock and the digest that a member told in its ack. */
  compare(node: Node, time: number, digest: bigint): void {
    const { desk, events } = this.#parts;
    if (!events.catchUp(time)) return;
    // One whose clock is behind cannot be compared; it catches up with our next ack to it.
    if (time !== events.time) return;
    this.#strikes = digest === events.digest ? 0 : this.#strikes + 1;
    if (this.#strikes < STRIKES) return;
    this.#strikes = 0;
    desk.count('events_compared');
    this.#ask(node);
  }

  /** A message of this kind from one of ours; throws on a body that is none. */
  receive(body: Uint8Array, from: Node): void {
    const fields = Fields.read(body, 0);
    for (const item of fields.list('events')) this.#parts.events.mend(eventOf(item));
    const have = fields.list('have');
    if (have.length > 0 && have.length <= MAX_LISTED) this.#serve(have.map(nameOf), from);
  }

  /** Brings an event that fits into no datagram to some of ours; each that it is new to does the same. */
  push(event: KeptEvent): void {
    const { desk, roster, selfName, send } = this.#parts;
    const isPeer = (node: Node) => node.state === 'alive' && node.name !== selfName && isOurs(node);
    for (const node of roster.sample(desk.profile.gossipNodes, isPeer)) send(node, packEvents([event]));
  }

  /** A member is no more. */
  forget(name: string): void {
    this.#asked.delete(name);
    this.#served.delete(name);
  }

  #ask(node: Node): void {
    if (!isDue(this.#asked, node.name, this.#parts.desk.now)) return;
    const { events } = this.#parts;
    const have = events.ring.events(events.time).slice(-MAX_LISTED);
    // A list without entries would not be told from no list.
    this.#parts.send(node, packHave(have.length > 0 ? have : [NOTHING]));
  }

  /** Sends what the other lacks; asks for what we lack. */
  #serve(have: readonly EventName[], to: Node): void {
    if (!isDue(this.#served, to.name, this.#parts.desk.now)) return;
    const { events } = this.#parts;
    const theirs = new Set(have.map(({ hash }) => hash));
    const missing = bounded(events.ring.events(events.time).filter(({ hash }) => !theirs.has(hash)));
    if (missing.length > 0) this.#parts.send(to, packEvents(missing));
    const isBehind = have.some(({ lTime, hash }) => hash !== 0n && !events.ring.has(lTime, hash));
    if (isBehind) this.#ask(to);
  }
}

interface EventName {
  readonly lTime: number;
  readonly hash: bigint;
}

const NOTHING: EventName = { lTime: 0, hash: 0n };

/** Whether the last time is long enough ago; if so, this is the last time. */
function isDue(times: Map<string, number>, name: string, now: number): boolean {
  if (now - (times.get(name) ?? Number.NEGATIVE_INFINITY) < SPACING_MS) return false;
  times.set(name, now);
  return true;
}

function bounded(events: readonly KeptEvent[]): readonly KeptEvent[] {
  let bytes = 0;
  return events.filter(({ name, payload }) => {
    bytes += name.length + payload.length;
    return bytes <= MAX_SENT_BYTES;
  });
}

const packHave = (events: readonly EventName[]): Uint8Array =>
  pack(struct({ have: events.map(({ lTime, hash }) => [lTime, hashBytes(hash)]) }));

const packEvents = (events: readonly KeptEvent[]): Uint8Array =>
  pack(struct({ events: events.map(({ lTime, name, payload }) => [lTime, name, payload]) }));

function hashBytes(hash: bigint): Uint8Array {
  const bytes = Buffer.alloc(HASH_BYTES);
  bytes.writeBigUInt64BE(hash);
  return bytes;
}

function nameOf(item: Unpacked): EventName {
  const fields = tuple(item);
  const hash = fields.bytes('1');
  if (hash.length !== HASH_BYTES) throw new TypeError('an event is named by 8 bytes');
  return { lTime: fields.lamport('0'), hash: asBuffer(hash).readBigUInt64BE(0) };
}

function eventOf(item: Unpacked): Pick<KeptEvent, 'lTime' | 'name' | 'payload'> {
  const fields = tuple(item);
  return { lTime: fields.lamport('0'), name: fields.text('1'), payload: fields.bytes('2') };
}

/** The items of a list as fields that are named by their places. */
function tuple(item: Unpacked): Fields {
  const items: readonly Unpacked[] = Array.isArray(item) ? item : [];
  return new Fields(new Map(items.map((value, place) => [String(place), value])));
}
