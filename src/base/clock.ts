/** Time, as the agent sees it: the machine's in production, a made-up one in tests. */
export interface Clock {
  /** Monotonic milliseconds; never goes back, means nothing outside this process. */
  now(): number;
  /** Milliseconds since 1970; may jump. */
  wall(): number;
  /** Runs `task` once, `ms` from now, unless the answer is disposed of before. */
  after(ms: number, task: () => void): Disposable;
}

/** The machine's own time. A timer of this clock does not keep a finished process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, task) {
    return new Timer(setTimeout(task, ms).unref());
  },
};

class Timer implements Disposable {
  readonly #timer: NodeJS.Timeout;

  constructor(timer: NodeJS.Timeout) {
    this.#timer = timer;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

const loops = new WeakSet<() => void>();

/** Whether a task of a clock is a turn of `every`: it has arranged for the next one before it does anything that may fail. */
export const isLoop = (task: () => void): boolean => loops.has(task);

/** Runs `task` every `ms`, the first time `ms` from now, until disposed of. A late tick is not made up for. */
export function every(clock: Clock, ms: number, task: () => void): Disposable {
  loops.add(tick);
  let next = clock.after(ms, tick);
  function tick() {
    next = clock.after(ms, tick);
    task();
  }
  return { [Symbol.dispose]: () => next[Symbol.dispose]() };
}

/** Resolves `ms` from now; rejects with the signal's reason when it aborts before. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      timer[Symbol.dispose]();
      reject(signal?.reason);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
