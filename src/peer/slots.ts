import { OpsbroError } from '../base/errors.ts';

/** How many may be at work. */
export interface SlotLimits {
  readonly all: number;
  readonly perPeer: number;
}

/** Counts what is under way, in all and by peer. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #perPeer = new Map<string, number>();
  #all = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Takes a place; the answer gives it back, once. Throws `overloaded` or `too_many_requests`. */
  take(peer: string): () => void {
    const count = this.#perPeer.get(peer) ?? 0;
    if (this.#all >= this.#limits.all)
      throw new OpsbroError('overloaded', 'too much is under way here; try again later');
    if (count >= this.#limits.perPeer) {
      throw new OpsbroError('too_many_requests', `more than ${this.#limits.perPeer} are under way for this peer`);
    }
    this.#all += 1;
    this.#perPeer.set(peer, count + 1);
    return once(() => this.#giveBack(peer));
  }

  #giveBack(peer: string): void {
    this.#all -= 1;
    const left = (this.#perPeer.get(peer) ?? 1) - 1;
    if (left > 0) this.#perPeer.set(peer, left);
    else this.#perPeer.delete(peer);
  }
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
