import type { Counter, Fate, Flush, Gauge, Key, Members, Timer } from './kinds.ts';
import type { ValueRoom } from './values.ts';

/** Everything of one key; each kind of it is a series of its own. */
export class Named implements Key {
  /** The path with its tags behind it. */
  readonly key: string;
  /** The number of the window that its values are of. */
  window: number;
  counter: Counter | undefined;
  gauge: Gauge | undefined;
  timer: Timer | undefined;
  members: Members | undefined;

  constructor(key: string, window: number) {
    this.key = key;
    this.window = window;
  }

  // Cut out when they are told: of very many, two more texts each are much.
  get path(): string {
    const at = this.key.indexOf(';');
    return at < 0 ? this.key : this.key.slice(0, at);
  }

  get tags(): string {
    const at = this.key.indexOf(';');
    return at < 0 ? '' : this.key.slice(at);
  }

  /** Whether nobody has sent anything that is still known. */
  get isEmpty(): boolean {
    return !(this.timer || this.counter || this.gauge || this.members);
  }

  /** How many series there are. */
  get series(): number {
    return Number(!!this.counter) + Number(!!this.gauge) + Number(!!this.timer) + Number(!!this.members);
  }

  /** Tells of the window and begins the next; kinds that nobody sends any more are forgotten. Answers how many. */
  settle(flush: Flush, window: number): number {
    const before = this.series;
    this.window = window;
    if (this.counter && this.#goes(this.counter, flush)) this.counter = undefined;
    if (this.gauge && this.#goes(this.gauge, flush)) this.gauge = undefined;
    if (this.timer && this.#goes(this.timer, flush)) this.timer = undefined;
    if (this.members && this.#goes(this.members, flush)) this.members = undefined;
    return before - this.series;
  }

  /** Forgets everything untold. Answers how many series there were. */
  drop(room: ValueRoom): number {
    const { series } = this;
    this.timer?.drop(room);
    this.counter = undefined;
    this.gauge = undefined;
    this.timer = undefined;
    this.members = undefined;
    return series;
  }

  #goes(kind: { settle(key: Key, flush: Flush): Fate }, flush: Flush): boolean {
    return kind.settle(this, flush) === 'goes';
  }
}
