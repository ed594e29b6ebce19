import { type Clock, systemClock } from '../../src/base/clock.ts';

/** The real clock for whatever waits, with a monotonic time that a test sets, in milliseconds. */
export interface SetClock extends Clock {
  set(ms: number): void;
}

/** Makes one that stands at 0. */
export function setClock(): SetClock {
  let now = 0;
  return {
    now: () => now,
    wall: () => systemClock.wall(),
    after: (ms, run) => systemClock.after(ms, run),
    set(ms) {
      now = ms;
    },
  };
}
