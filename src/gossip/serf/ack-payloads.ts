import type { Desk } from '../core/desk.ts';
import { isOurs, type Node } from '../core/node.ts';
import type { RecordDigests } from '../records/reconciler.ts';
import { type Coordinate, decodeAckPayload, encodeAckPayload } from '../wire/ack-payload.ts';
import { decodeDigest, encodeDigest } from '../wire/digest.ts';
import type { Coordinates } from './coordinates.ts';
import type { EventRepair } from './event-repair.ts';
import type { Events } from './events.ts';

interface Parts {
  readonly desk: Desk;
  readonly coordinates: Coordinates;
  readonly events: Events;
  readonly repair: EventRepair;
  readonly digests: () => RecordDigests;
}

/** A stranger is told nothing: an answer must not be longer than the question. */
const NOTHING = new Uint8Array();
/** Our own kind is told our coordinate in one of so many acks: it moves slowly and is most of the payload. */
const COORDINATE_TURN = 4;

/** What an ack tells of its sender, beside that it lives: where it is in the network and, among our own, what it has heard. */
export class AckPayloads {
  readonly #parts: Parts;
  /** The payload for real Serf agents, for as long as we are at that place. */
  #place: { readonly coordinate: Coordinate; readonly payload: Uint8Array } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What we tell the member that pinged us. */
  compose(asker: Node | undefined): Uint8Array {
    if (!asker) return NOTHING;
    const { coordinates, desk } = this.#parts;
    const coordinate = coordinates.own;
    if (!isOurs(asker)) return this.#forSerf(coordinate);
    const isTurn = desk.pick(COORDINATE_TURN) === 0;
    return encodeAckPayload({ coordinate: isTurn ? coordinate : null, opsbro: this.#digest() });
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

  #forSerf(coordinate: Coordinate): Uint8Array {
    if (this.#place?.coordinate !== coordinate) {
      this.#place = { coordinate, payload: encodeAckPayload({ coordinate }) };
    }
    return this.#place.payload;
  }

  #digest(): Uint8Array {
    const { events, digests } = this.#parts;
    return encodeDigest({ records: digests().own, eventTime: events.time, events: events.digest });
  }
}
