/** Tells what others have forgotten from what they never had. */

import { msOf } from '../hlc.ts';
import type { Version } from '../version.ts';
import type { Meetings } from './meetings.ts';
import type { Tuning } from './ports.ts';

interface Parts {
  readonly meetings: Meetings;
  readonly tuning: Tuning;
  /** The time as far as known. */
  wall(): number;
}

/**
 * What was deleted is forgotten after a while. Who was away for longer than that holds what the others deleted and forgot, and would bring it
 * back. What both held when they met last, and one does not hold any more, is such a thing; nothing else is.
 */
export class Oblivion {
  readonly #parts: Parts;
  readonly #longMs: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { graceMs, maxSkewMs } = parts.tuning;
    // By the clock of the other one it may be longer.
    this.#longMs = Math.max(0, graceMs - 2 * maxSkewMs);
  }

  /** For how long that node was not met, in ms, if it is so long that one of the two may have forgotten what the other deleted. */
  gapTo(node: string): number | undefined {
    const { meetings, wall } = this.#parts;
    const met = meetings.lastWith(node);
    if (met === undefined) return undefined;
    const gap = wall() - met;
    return gap > this.#longMs ? gap : undefined;
  }

  /** Whether both held a version when they met last, as both had to keep its key. */
  wasShared(node: string, key: string, version: Version): boolean {
    const until = this.#parts.meetings.sharedUntil(node, key);
    return until !== undefined && msOf(version.stamp) < until;
  }
}
