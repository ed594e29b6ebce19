import type { Clock } from '../base/clock.ts';
import type { UserEvent } from '../model/pool.ts';

/** So long people can ask for an event. */
const KEEP_MS = 300_000;
const MAX_EVENTS = 4_096;
const MAX_BYTES = 4 * 1_024 * 1_024;

/** The events of the last 300 seconds. A flood pushes out the oldest. */
export class EventList {
  readonly #clock: Clock;
  #kept: { readonly until: number; readonly event: UserEvent }[] = [];
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get events(): readonly UserEvent[] {
    this.#forgetOld();
    return this.#kept.map(({ event }) => event);
  }

  /** Keeps an event that was heard just now. */
  add(event: UserEvent): void {
    this.#kept.push({ until: this.#clock.now() + KEEP_MS, event });
    this.#bytes += event.payload.length;
    this.#forgetOld();
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    let old = 0;
    for (let oldest = this.#kept[0]; oldest && this.#isOver(oldest.until, now, old); oldest = this.#kept[old]) {
      this.#bytes -= oldest.event.payload.length;
      old += 1;
    }
    if (old > 0) this.#kept = this.#kept.slice(old);
  }

  #isOver(until: number, now: number, dropped: number): boolean {
    return until <= now || this.#kept.length - dropped > MAX_EVENTS || this.#bytes > MAX_BYTES;
  }
}
