import { msOf } from '../hlc.ts';
import type { Version } from '../version.ts';
import { ownersOf, viewOf } from './view.ts';

/** Of so many nodes it is remembered when they were met. */
const MOST_PEERS = 1_000;

/** That two nodes held the same of all that both had to keep. */
export interface Meeting {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The ring at that time. */
  readonly members: readonly string[];
}

/** A comparison that is under way. */
interface Running {
  at: number;
}

/**
 * When this node and each other one held the same last. Everything that is held here and is older than that, the other one held as well: if
 * it does not any more, it has forgotten it, and knew more. So whatever comes here later and is older than that takes the time back.
 */
export class Meetings {
  readonly #self: string;
  readonly #met: Map<string, Meeting>;
  readonly #running = new Map<string, Running>();

  constructor(self: string, met: ReadonlyMap<string, Meeting>) {
    this.#self = self;
    this.#met = new Map(met);
  }

  /** All of them, by node. */
  get kept(): ReadonlyMap<string, Meeting> {
    return this.#met;
  }

  /** A comparison with a node begins at that wall time. */
  begin(node: string, at: number): void {
    this.#running.set(node, { at });
  }

  /** It came to its end, on that ring. */
  end(node: string, members: readonly string[]): void {
    const at = this.#running.get(node)?.at;
    if (at === undefined) return;
    this.#running.delete(node);
    this.#met.delete(node);
    this.#met.set(node, { at, members });
    const [oldest] = this.#met.keys();
    if (this.#met.size > MOST_PEERS && oldest !== undefined) this.#met.delete(oldest);
  }

  /**
   * Something comes to be held here, which `from` is known to hold: what others held at an earlier time did not include it. Says whether that
   * takes a time back, which is to be on disk before the record is.
   */
  receive(version: Version, from: string): boolean {
    const ms = msOf(version.stamp);
    let isChanged = false;
    for (const [node, running] of this.#running) if (node !== from && running.at > ms) running.at = ms;
    for (const [node, { at, members }] of this.#met) {
      if (node === from || at <= ms) continue;
      this.#met.set(node, { at: ms, members });
      isChanged = true;
    }
    return isChanged;
  }

  /** When that node was met last, in epoch milliseconds; `undefined`: never. */
  lastWith(node: string): number | undefined {
    return this.#met.get(node)?.at;
  }

  /** Until when both held the same of a key; `undefined` when one of them had not to keep it then. */
  sharedUntil(node: string, key: string): number | undefined {
    const met = this.#met.get(node);
    if (met === undefined) return undefined;
    const owners = ownersOf(key, viewOf(met.members));
    return owners.includes(node) && owners.includes(this.#self) ? met.at : undefined;
  }
}
