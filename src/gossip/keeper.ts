import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import { Alarm } from './alarm.ts';
import type { Snapshot } from './core/core.ts';
import { keepSnapshot } from './memory.ts';

/** Changes within this time are written as one; what is kept is never more than a second old. */
const DELAY_MS = 500;

interface Parts {
  readonly shelf: Shelf;
  readonly clock: Clock;
  /** What is to be kept, as it is now. */
  readonly snapshot: () => Snapshot;
}

/** Keeps who lives and what the clocks say for the next run: shortly after each change, and at once when this node leaves. */
export class Keeper implements Disposable {
  readonly #parts: Parts;
  readonly #alarm: Alarm;
  #ticks = Number.NaN;
  #hasLeft = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock, () => this.keep('none'));
  }

  /** What is to be kept has changed. */
  changed(): void {
    this.#alarm.setOnce(this.#parts.clock.now() + DELAY_MS);
  }

  /** The Lamport clocks may have moved. */
  looked([member, event, query]: Snapshot['clocks']): void {
    const ticks = member + event + query;
    if (ticks === this.#ticks) return;
    this.#ticks = ticks;
    this.changed();
  }

  /** Keeps everything as it is now. A leave is the last word. */
  keep(ending: 'none' | 'left'): void {
    if (this.#hasLeft) return;
    this.#hasLeft = ending === 'left';
    const { shelf, clock, snapshot } = this.#parts;
    keepSnapshot(shelf, { ...snapshot(), at: clock.wall(), left: ending === 'left' });
    shelf.flush();
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }
}
