import { createHash } from 'node:crypto';
import type { RingEntry } from '../wire/messages.ts';
import { pack } from '../wire/pack.ts';
import { asBuffer } from '../wire/unpack.ts';

/** An event as the ring keeps it. */
export interface KeptEvent {
  readonly lTime: number;
  readonly name: string;
  readonly payload: Uint8Array;
  /** 64 bits that name it among all events. */
  readonly hash: bigint;
  /** Monotonic time when it was heard. */
  readonly at: number;
}

/** The events of one Lamport time. */
interface Slot {
  readonly lTime: number;
  readonly events: Map<bigint, KeptEvent>;
}

/** As many Lamport times back events are known: the ring of Serf. */
export const RING_SIZE = 512;
/** Tellers that did not know of each other use the same time; this many is beyond all reason. */
const MAX_PER_TIME = 256;
const MAX_BYTES = 4 * 1_024 * 1_024;
/** About what an entry takes beside its payload. */
const EVENT_COST = 100;
/** A younger event may still be on its way to others: it counts in no digest yet. */
const SETTLE_MS = 2_000;

/** The 64 bits that name an event: the first 8 bytes of the SHA-256 of its packed time, name and payload. */
export function eventHash(lTime: number, name: string, payload: Uint8Array): bigint {
  const hash = createHash('sha256')
    .update(pack([lTime, name, payload]))
    .digest();
  return asBuffer(hash).readBigUInt64BE(0);
}

/** The events of the last 512 Lamport times, each once. Bounded in bytes too: then the oldest times are given up. */
export class EventRing {
  /** By Lamport time modulo the size, so that a newer time takes the place of the one 512 before. */
  readonly #slots = new Map<number, Slot>();
  #bytes = 0;
  /** Times up to this one were given up. */
  #floor = 0;
  #digest = 0n;
  /** The digest holds for this clock and until then. */
  #digestTime = 0;
  #digestUntil = Number.POSITIVE_INFINITY;

  /** Keeps an event, given the clock that has witnessed it. True when it is news. */
  add(event: KeptEvent, time: number): boolean {
    const { lTime, hash } = event;
    if (lTime <= this.#floor || !isInRing(lTime, time)) return false;
    const place = lTime % RING_SIZE;
    const known = this.#slots.get(place);
    const slot = known?.lTime === lTime ? known : this.#renew(place, lTime);
    if (slot.events.has(hash) || slot.events.size >= MAX_PER_TIME) return false;
    slot.events.set(hash, event);
    this.#bytes += costOf(event);
    this.#digestUntil = Number.NEGATIVE_INFINITY;
    while (this.#bytes > MAX_BYTES) this.#dropOldest();
    return true;
  }

  has(lTime: number, hash: bigint): boolean {
    const slot = this.#slots.get(lTime % RING_SIZE);
    return slot?.lTime === lTime && slot.events.has(hash);
  }

  /** Every event that is not older than the ring reaches at this time, oldest time first. */
  events(time: number): KeptEvent[] {
    return this.#current(time).flatMap(({ events }) => [...events.values()]);
  }

  /** What a push/pull tells of it. */
  entries(time: number): RingEntry[] {
    return this.#current(time).map(({ lTime, events }) => ({
      lTime,
      events: [...events.values()].map(({ name, payload }) => ({ name, payload })),
    }));
  }

  /** The XOR of the names of all events that were heard more than two seconds before `now`; reckoned again only when it may have changed. */
  digest(now: number, time: number): bigint {
    if (now < this.#digestUntil && time === this.#digestTime) return this.#digest;
    this.#digest = 0n;
    this.#digestTime = time;
    this.#digestUntil = Number.POSITIVE_INFINITY;
    for (const { hash, at } of this.events(time)) {
      if (now - at > SETTLE_MS) this.#digest ^= hash;
      else this.#digestUntil = Math.min(this.#digestUntil, at + SETTLE_MS + 1);
    }
    return this.#digest;
  }

  #current(time: number): Slot[] {
    const current = [...this.#slots.values()].filter(({ lTime }) => isInRing(lTime, time));
    return current.sort((a, b) => a.lTime - b.lTime);
  }

  #renew(place: number, lTime: number): Slot {
    this.#drop(place);
    const slot: Slot = { lTime, events: new Map() };
    this.#slots.set(place, slot);
    return slot;
  }

  #dropOldest(): void {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { lTime } of this.#slots.values()) oldest = Math.min(oldest, lTime);
    this.#floor = oldest;
    this.#drop(oldest % RING_SIZE);
  }

  #drop(place: number): void {
    for (const event of this.#slots.get(place)?.events.values() ?? []) this.#bytes -= costOf(event);
    this.#slots.delete(place);
  }
}

/** Whether the ring reaches back to a time when its clock shows `time`, which is the next one to be used. */
const isInRing = (lTime: number, time: number): boolean => lTime < time && lTime + RING_SIZE >= time;

const costOf = ({ name, payload }: KeptEvent): number => EVENT_COST + name.length + payload.length;
