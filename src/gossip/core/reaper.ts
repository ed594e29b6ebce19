import type { Desk } from './desk.ts';
import { isLive, type Node, shownState } from './node.ts';
import type { Roster } from './roster.ts';

const REAP_CHECK_MS = 15_000;
/** After a start nobody is forgotten for so long: a power failure of the whole pool must not empty the list. */
const GRACE_MS = 600_000;

/** Forgets members that have been dead or gone for long. Only time while this node runs counts. */
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
    const { now } = this.#desk;
    const isOver = (node: Node) => !isLive(node) && now - node.changedAt >= this.#keptMs(node);
    for (const node of [...this.#roster.nodes.values()].filter(isOver)) {
      this.#roster.delete(node.name);
      this.#desk.do({ type: 'member', change: 'member-reap', node });
      this.#reaped(node);
    }
  }

  #keptMs(node: Node): number {
    const { reapDead, reapLeft } = this.#desk.profile;
    return shownState(node) === 'left' ? reapLeft : reapDead;
  }
}
