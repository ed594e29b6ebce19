import type { Desk } from '../core/desk.ts';
import { isOurs, type Node } from '../core/node.ts';
import type { RecordDigests } from '../records/reconciler.ts';
import { type Coordinate, decodeAckPayload, encodeAckPayload } from '../wire/ack-payload.ts';
import { decodeDigest } from '../wire/digest.ts';
import type { Agreement } from './agreement.ts';
import type { Coordinates } from './coordinates.ts';
import type { EventRepair } from './event-repair.ts';

interface Parts {
  readonly desk: Desk;
  readonly coordinates: Coordinates;
  readonly agreement: Agreement;
  readonly repair: EventRepair;
  readonly digests: () => RecordDigests;
}

/** A stranger is told nothing: an answer must not be longer than the question. */
const NOTHING = new Uint8Array();
/** Our own kind is told our coordinate in one of so many acks, as it moves slowly, and in all others what we have heard. */
const COORDINATE_TURN = 4;

/** What an ack tells of its sender, beside that it lives: where it is in the network and, among our own, what it has heard. */
export class AckPayloads {
  readonly #parts: Parts;
  /** What real Serf agents are told, for as long as we are at that place. */
  #place: { readonly coordinate: Coordinate; readonly payload: Uint8Array } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What we tell the member that pinged us. */
  compose(asker: Node | undefined): Uint8Array {
    if (!asker) return NOTHING;
    const { coordinates, desk } = this.#parts;
    const coordinate = coordinates.own;
    if (!isOurs(asker)) return this.#whereWeAre(coordinate);
    if (desk.pick(COORDINATE_TURN) === 0) return this.#whereWeAre(coordinate);
    return encodeAckPayload({ coordinate: null, opsbro: this.#parts.agreement.news });
  }

  /** What a member tells us in the ack of a direct ping, after so many milliseconds. */
  heard(node: Node, rttMs: number, payload: Uint8Array | null): void {
    const told = payload && payload.length > 0 ? decodeAckPayload(payload) : undefined;
    if (!told) return;
    const { coordinates, desk, digests, repair } = this.#parts;
    const { coordinate, opsbro } = told;
    if (coordinate && !coordinates.learn(node.name, coordinate, rttMs)) desk.count('dropped_coordinate');
    const digest = opsbro && isOurs(node) ? decodeDigest(opsbro) : undefined;
    if (!digest) return;
    repair.compare(node, digest.eventTime, digest.events);
    digests().heard(node, digest.records);
  }

  #whereWeAre(coordinate: Coordinate): Uint8Array {
    if (this.#place?.coordinate !== coordinate) {
      this.#place = { coordinate, payload: encodeAckPayload({ coordinate }) };
    }
    return this.#place.payload;
  }
}
