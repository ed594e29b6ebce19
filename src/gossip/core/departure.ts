import type { Intents } from '../serf/intents.ts';
import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';
import { isLive } from './node.ts';
import type { QueueClass } from './queue.ts';
import type { Roster } from './roster.ts';
import type { Rumors } from './rumors.ts';
import type { Self } from './self.ts';
import type { Spreader } from './spreader.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly rumors: Rumors;
  readonly intents: Intents;
}

/** Each step of the leave takes at most so long. */
const STEP_LIMIT_MS = 5_000;
/** Probes are still answered for so long after the last step. */
const LINGER_MS = 1_000;

/** Leaves the pool on purpose: first says so, then declares itself gone, each until it was told on as often as any news. */
export class Departure {
  readonly #parts: Parts;
  #waiting: { readonly name: QueueClass; readonly limit: Appointment; readonly next: () => void } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.spreader.afterRound = () => this.#look();
  }

  begin(): void {
    const { intents, roster, self, spreader } = this.#parts;
    if (self.isLeaving) return;
    const isAlone = ![...roster.nodes.values()].some((node) => node.name !== self.name && isLive(node));
    self.leave();
    spreader.hurry();
    intents.announceLeave(self.name);
    if (isAlone) this.#die(0);
    else this.#wait('intent', () => this.#die(LINGER_MS));
  }

  #die(lingerMs: number): void {
    const { rumors, self } = this.#parts;
    const { incarnation } = self.node;
    rumors.dead({ kind: 'dead', node: self.name, incarnation, from: self.name });
    if (lingerMs === 0) {
      this.#end();
      return;
    }
    this.#wait('membership', () => this.#parts.desk.later(lingerMs, () => this.#end()));
  }

  #end(): void {
    this.#parts.self.end();
    this.#parts.desk.do({ type: 'gone' });
  }

  /** Goes on when the queue no longer holds our word, or when it takes too long. */
  #wait(name: QueueClass, next: () => void): void {
    this.#waiting = { name, limit: this.#parts.desk.later(STEP_LIMIT_MS, () => this.#goOn()), next };
  }

  #look(): void {
    const { self, spreader } = this.#parts;
    if (this.#waiting && !spreader.queue.has(this.#waiting.name, self.name)) this.#goOn();
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!waiting) return;
    waiting.limit.cancelled = true;
    waiting.next();
  }
}
