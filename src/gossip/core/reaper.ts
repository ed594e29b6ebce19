import type { Desk } from './desk.ts';
import { isLive, type Node } from './node.ts';
import type { Roster } from './roster.ts';

const REAP_CHECK_MS = 15_000;
const REAP_AFTER_MS = 24 * 3_600_000;
/** After a start nobody is forgotten for so long: a power failure of the whole pool must not empty the list. */
const GRACE_MS = 600_000;

/** Forgets members that have been dead or gone for a day. */
export class Reaper {
  readonly #desk: Desk;
  readonly #roster: Roster;
  readonly #reaped: (node: Node) => void;

  /** `reaped` is told of each member that is forgotten. */
  constructor(desk: Desk, roster: Roster, reaped: (node: Node) => void) {
    this.#desk = desk;
    this.#roster = roster;
    this.#reaped = reaped;
  }

  start(): void {
    this.#desk.later(GRACE_MS, () =>
      this.#desk.every(
        () => REAP_CHECK_MS,
        () => this.#reap(),
      ),
    );
  }

  #reap(): void {
    for (const node of [...this.#roster.nodes.values()]) {
      if (isLive(node) || this.#desk.now - node.changedAt < REAP_AFTER_MS) continue;
      this.#roster.delete(node.name);
      this.#desk.do({ type: 'member', change: 'member-reap', node });
      this.#reaped(node);
    }
  }
}
