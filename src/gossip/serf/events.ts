import type { Desk } from '../core/desk.ts';
import type { Spreader } from '../core/spreader.ts';
import type { RingEntry, UserEvent } from '../wire/messages.ts';
import { encodeSerf } from '../wire/serf.ts';
import { EventRing, eventHash, type KeptEvent } from './event-ring.ts';
import type { LamportClock } from './lamport.ts';

interface Parts {
  readonly desk: Desk;
  readonly spreader: Spreader;
  readonly clock: LamportClock;
  /** Told of each event that is new here and too long to be told on in datagrams. */
  readonly tooLong: (event: KeptEvent) => void;
}

/** How an event came to us. */
type Origin = 'told' | 'replayed' | 'repaired';

/** The largest event that any Serf agent can be configured to send. */
const MAX_EVENT_BYTES = 9 * 1_024 + 256;

/** What one push/pull may tell; each event costs a hash. */
const MAX_LEARNT = 8_192;

/** How many bytes an event takes where it is limited: name and payload, and the whole message. */
export function eventSize(name: string, payload: Uint8Array, lTime: number): number {
  const message: UserEvent = { kind: 'userEvent', lTime, name, payload, coalesce: false };
  return Math.max(Buffer.byteLength(name) + payload.length, encodeSerf(message).length);
}

/** What members told the whole pool: each is taken in once, told on, and kept for those that missed it. */
export class Events {
  readonly ring = new EventRing();
  readonly #parts: Parts;
  /** What is older was delivered in a former run. */
  readonly #firstTime: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#firstTime = parts.clock.time;
  }

  /** The Lamport time that the next event of ours gets. */
  get time(): number {
    return this.#parts.clock.time;
  }

  /** A digest of what we have heard, to be compared with that of others. */
  get digest(): bigint {
    return this.ring.digest(this.#parts.desk.now, this.time);
  }

  /** Sets our clock to that of another, which shows the next time to be used; false when that is out of reason. */
  catchUp(time: number): boolean {
    return time <= this.time || this.#parts.clock.witness(time - 1);
  }

  /** Tells the pool, and ourselves. */
  tell(name: string, payload: Uint8Array): void {
    const lTime = this.#parts.clock.next();
    this.#accept({ lTime, name, payload }, 'told');
  }

  /** An event from the network. */
  hear(message: UserEvent): void {
    this.#accept(message, 'told', message);
  }

  /** What another member remembers, from a push/pull; never told on. */
  learn(entries: readonly (RingEntry | null)[]): void {
    let left = MAX_LEARNT;
    for (const entry of entries) {
      for (const event of entry?.events ?? []) {
        if (left-- > 0) this.#accept({ lTime: entry?.lTime ?? 0, ...event }, 'replayed');
        else this.#parts.desk.count('dropped_too_many');
      }
    }
  }

  /** An event that we missed, from a member that noticed. */
  mend(event: Pick<KeptEvent, 'lTime' | 'name' | 'payload'>): void {
    if (this.#accept(event, 'repaired')) this.#parts.desk.count('events_repaired');
  }

  /** True when it was news. */
  #accept(event: Pick<KeptEvent, 'lTime' | 'name' | 'payload'>, origin: Origin, message?: UserEvent): boolean {
    const { lTime, name, payload } = event;
    const { clock, desk } = this.#parts;
    if (name.length + payload.length > MAX_EVENT_BYTES) {
      desk.count('dropped_event_too_large');
      return false;
    }
    if (!clock.witness(lTime)) {
      desk.count('dropped_lamport');
      return false;
    }
    const kept = { lTime, name, payload, hash: eventHash(lTime, name, payload), at: desk.now };
    if (!this.ring.add(kept, clock.time)) return false;
    if (lTime < this.#firstTime) return false;
    if (origin !== 'replayed') this.#tellOn(kept, message);
    desk.count('events');
    desk.do({ type: 'event', name, payload, lTime, replayed: origin === 'replayed' });
    return true;
  }

  #tellOn(event: KeptEvent, heard: UserEvent | undefined): void {
    const { lTime, name, payload, hash } = event;
    const message: UserEvent = heard ?? { kind: 'userEvent', lTime, name, payload, coalesce: false };
    const isTold = this.#parts.spreader.tellIfShort('event', `${lTime} ${hash}`, message);
    if (!isTold) this.#parts.tooLong(event);
  }
}
