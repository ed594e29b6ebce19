import { createHash } from 'node:crypto';
import { isLive } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { RecordDigests } from '../records/reconciler.ts';
import { encodeDigest } from '../wire/digest.ts';
import type { Events } from './events.ts';

interface Parts {
  readonly roster: Roster;
  readonly events: Events;
  /** What members say of all records they hold; asked for when it is needed. */
  readonly digests: () => RecordDigests;
}

const MEMBERS_BYTES = 8;

/** Everything that we have heard, in so few bytes that members can compare it before they repeat it to each other. */
export class Agreement {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What we have heard of events and records, 25 bytes: an ack has room for that. */
  get news(): Uint8Array {
    const { events, digests } = this.#parts;
    return encodeDigest({ records: digests().own, eventTime: events.time, events: events.digest });
  }

  /** All that, and in 8 bytes more who takes part. Walks through all members. */
  get own(): Uint8Array {
    return Buffer.concat([this.news, this.#members()]);
  }

  /** Whether what another member has heard is what we have heard. */
  isOwn(told: Uint8Array | undefined): boolean {
    return told !== undefined && Buffer.compare(told, this.own) === 0;
  }

  /** Who is dead or gone may be forgotten elsewhere already, and counts for nothing. */
  #members(): Uint8Array {
    const live = [...this.#parts.roster.nodes.values()].filter(isLive);
    const lines = live.map(({ name, incarnation, state }) => `${name} ${incarnation} ${state}\n`).sort();
    return createHash('sha256').update(lines.join('')).digest().subarray(0, MEMBERS_BYTES);
  }
}
