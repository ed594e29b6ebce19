import type { Clock } from '../../src/base/clock.ts';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** A clock that stands still until told to run, and then runs every task at its exact time, in one order (a binary heap by time). */
export class SimulatedClock implements Clock {
  #now = 0;
  #order = 0;
  #wallAtStart: number;
  readonly #heap: Task[] = [];

  constructor(wallAtStart = 1_700_000_000_000) {
    this.#wallAtStart = wallAtStart;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallAtStart + this.#now;
  }

  /** Sets the wall clock forward or back; monotonic time does not notice. */
  jumpWall(ms: number): void {
    this.#wallAtStart += ms;
  }

  after(ms: number, run: () => void): Disposable {
    const task: Task = { at: this.#now + Math.max(0, ms), order: this.#order++, run, isCancelled: false };
    this.#push(task);
    return {
      [Symbol.dispose]() {
        task.isCancelled = true;
      },
    };
  }

  /** Lets `ms` go by, running what is due. */
  run(ms: number): void {
    const end = this.#now + ms;
    for (let task = this.#heap[0]; task && task.at <= end; task = this.#heap[0]) this.#runFirst();
    this.#now = end;
  }

  /** As `run`, but lets promises settle after each task, for code that awaits. */
  async runAsync(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let task = this.#heap[0]; task && task.at <= end; task = this.#heap[0]) {
      this.#runFirst();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #runFirst(): void {
    const task = this.#pop();
    if (!task || task.isCancelled) return;
    this.#now = task.at;
    task.run();
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let place = heap.push(task) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, task)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const [a, b] = [heap[left], heap[right]];
      const child = b && a && isBefore(b, a) ? right : left;
      const smaller = heap[child];
      if (!smaller || isBefore(last, smaller)) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
