import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';

/** Work of which nobody knows how long it takes or what memory it needs. */
export interface ThreadWork {
  /** Module whose default export is applied to each item; it takes and gives what can be cloned, at once or by a promise. */
  readonly module: URL;
  readonly items: readonly unknown[];
  /** Milliseconds each item may take. */
  readonly limitMs: number;
  /** MiB that the thread may hold. */
  readonly memoryMiB: number;
}

/** What became of an item: what the module's function gave, or why there is nothing. */
export type ThreadOutcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly message: string };

/** What a thread is started with. */
export interface ThreadOrder {
  readonly module: string;
  readonly items: readonly unknown[];
}

/** What a thread says: that it is about to begin, then one outcome for each item. */
export type ThreadAnswer = { readonly type: 'ready' } | ThreadOutcome;

/** Loading of the modules, on a machine that has much else to do. */
const START_MS = 15_000;
const YOUNG_MIB = 8;
const STACK_MIB = 2;

/** A thread knows no types: where the program runs from its sources, as in tests, its threads take what was built of them. */
const runnable = ({ href }: URL): URL => new URL(href.replace(/^(.*)\/src\/(.*)\.ts$/, '$1/dist/$2.js'));

const ENTRY = runnable(new URL(`../net/thread-entry${extname(import.meta.url)}`, import.meta.url));

/**
 * Applies a function to items in a thread that lives only meanwhile. An item that takes too long, needs too much memory or ends the thread
 * fails alone: what comes after it is done by another thread. Never rejects.
 */
export async function inThreads(work: ThreadWork, clock: Clock): Promise<ThreadOutcome[]> {
  const outcomes: ThreadOutcome[] = [];
  while (outcomes.length < work.items.length) {
    const items = work.items.slice(outcomes.length);
    const some = await new Thread({ ...work, items }, clock).outcomes;
    outcomes.push(...some);
  }
  return outcomes;
}

/** One thread: its outcomes end with the first item that it does not survive. */
class Thread {
  readonly outcomes: Promise<readonly ThreadOutcome[]>;
  readonly #worker: Worker;
  readonly #work: ThreadWork;
  readonly #clock: Clock;
  readonly #done: ThreadOutcome[] = [];
  #timer: Disposable;
  #finish: (outcomes: readonly ThreadOutcome[]) => void = () => {};

  constructor(work: ThreadWork, clock: Clock) {
    this.#work = work;
    this.#clock = clock;
    this.outcomes = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const order: ThreadOrder = { module: runnable(work.module).href, items: work.items };
    this.#worker = new Worker(ENTRY, {
      workerData: order,
      env: {},
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: work.memoryMiB,
        maxYoungGenerationSizeMb: YOUNG_MIB,
        stackSizeMb: STACK_MIB,
      },
    });
    this.#timer = clock.after(START_MS, () => this.#end('the thread did not start'));
    this.#worker.on('message', (answer: ThreadAnswer) => this.#take(answer));
    this.#worker.once('error', ({ message }) => this.#end(message));
    this.#worker.once('exit', () => this.#end('the thread ended'));
  }

  #take(answer: ThreadAnswer): void {
    if (answer.type !== 'ready') this.#done.push(answer);
    this.#timer[Symbol.dispose]();
    const { limitMs, items } = this.#work;
    if (this.#done.length === items.length) this.#close();
    else this.#timer = this.#clock.after(limitMs, () => this.#end(`took longer than ${limitMs / 1_000} s`));
  }

  /** The item at work has failed, and the thread with it. */
  #end(message: string): void {
    if (this.#done.length < this.#work.items.length) this.#done.push({ type: 'failed', message });
    this.#close();
  }

  #close(): void {
    this.#timer[Symbol.dispose]();
    this.#worker.removeAllListeners();
    // What a thread that is being ended still complains of concerns nobody.
    this.#worker.on('error', () => {});
    void this.#worker.terminate().then(() => this.#finish(this.#done));
  }
}
