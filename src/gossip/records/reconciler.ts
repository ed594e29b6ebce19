import type { Desk } from '../core/desk.ts';
import { isOurs, type Node } from '../core/node.ts';
import type { Library } from './library.ts';

/** What an ack says of all records that its sender holds. */
export interface RecordDigests {
  /** 8 bytes, the same on all members that hold the same versions. */
  readonly own: Uint8Array;
  /** What the ack of a probed member said. */
  heard(node: Node, digest: Uint8Array): void;
}

interface Parts {
  readonly desk: Desk;
  readonly library: Library;
  /** 8 bytes over everything that we hold. */
  readonly digest: () => Uint8Array;
  /** Tells a member which versions we hold, so that each gets what the other has newer. */
  readonly exchange: (node: Node) => void;
}

/** News that is on its way makes one probe differ; a second one in a row means that something was lost. */
const PROBES = 2;
const SHORTEST_PAUSE = 2_000;
/** A list of versions takes about 50 bytes a record: so its traffic stays below a kilobyte a second in a pool that is never at rest. */
const PAUSE_PER_RECORD = 50;
const LONGEST_PAUSE = 300_000;

/** Finds out from the acks of probes that records differ, and then exchanges versions, ever more seldom while that does not help. */
export class Reconciler implements RecordDigests {
  readonly #parts: Parts;
  #differing = 0;
  #pause = 0;
  #next = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get own(): Uint8Array {
    return this.#parts.digest();
  }

  heard(node: Node, digest: Uint8Array): void {
    if (!isOurs(node)) return;
    if (Buffer.compare(digest, this.own) === 0) {
      this.#differing = 0;
      this.#pause = 0;
      return;
    }
    this.#differing += 1;
    const { desk, library, exchange } = this.#parts;
    if (this.#differing < PROBES || desk.now < this.#next) return;
    const shortest = Math.max(SHORTEST_PAUSE, library.records.size * PAUSE_PER_RECORD);
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(shortest, 2 * this.#pause));
    this.#next = desk.now + this.#pause;
    desk.count('record_exchanges');
    exchange(node);
  }
}
