/** Keeps a failure of one part of the agent from the others: the part goes on, later and later, and it is counted. */
import { type Clock, isLoop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Health } from './health.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A part that failed that often within the span is told in the health. */
const MANY = 3;
const SPAN_MS = 600_000;
/** Tasks of one part that wait to be tried again; what is more is dropped, since there is a bug that makes ever more of them. */
const MOST_TRIED_AGAIN = 100;

/** A part of the agent and how it fares. */
export interface PartRecord {
  readonly name: string;
  /** `error` while something of it waits to be tried again. */
  readonly state: 'ok' | 'error';
  /** How often it failed and went on, since the start of the agent. */
  readonly restarts: number;
  /** Empty when it never failed. */
  readonly lastError: string;
  /** Tasks that wait for their time. */
  readonly timers: number;
  /** Milliseconds that its tasks took, since the start of the agent. */
  readonly busyMs: number;
}

interface Part {
  readonly name: string;
  restarts: number;
  lastError: string;
  timers: number;
  busyMs: number;
  /** Tasks that wait to be tried again. */
  waiting: number;
  waitMs: number;
  /** Monotonic times of the newest failures, oldest first. */
  readonly failures: number[];
}

interface Options {
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Pick<Health, 'raise' | 'clear'>;
}

/** The parts of an agent, each with a clock of its own behind which its failures stay. */
export class Supervisor {
  readonly #options: Options;
  readonly #parts = new Map<string, Part>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * The clock of a part. A task that throws harms nobody else: a turn of a loop simply comes again at its time; anything else is tried again
   * after 1 s, then 2 s and so on up to a minute.
   */
  clock(name: string): Clock {
    const part = this.#part(name);
    const { clock } = this.#options;
    return {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (ms, task) => this.#later(part, 'timers', ms, task),
    };
  }

  /** Counts a failure of a part that was caught elsewhere. */
  note(name: string, error: unknown): void {
    this.#failed(this.#part(name), error);
  }

  /** All parts, by name. Says in the health which of them fail again and again, and takes back what is over. */
  records(): readonly PartRecord[] {
    const now = this.#options.clock.now();
    for (const part of this.#parts.values()) this.#judge(part, now);
    return [...this.#parts.values()]
      .map(({ name, restarts, lastError, timers, busyMs, waiting }) => {
        const state = waiting > 0 ? ('error' as const) : ('ok' as const);
        return { name, state, restarts, lastError, timers, busyMs: Math.round(busyMs) };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #part(name: string): Part {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const counts = { restarts: 0, timers: 0, busyMs: 0, waiting: 0 };
    const part: Part = { name, ...counts, lastError: '', waitMs: FIRST_WAIT_MS, failures: [] };
    this.#parts.set(name, part);
    return part;
  }

  /** Runs a task after a time, and counts it among those of the part until then; disposed of, it does not run, nor what would try it again. */
  #later(part: Part, count: 'timers' | 'waiting', ms: number, task: () => void): Disposable {
    let isOpen = true;
    const end = () => {
      if (isOpen) part[count] -= 1;
      isOpen = false;
    };
    part[count] += 1;
    const later = new Later(end);
    later.timer = this.#options.clock.after(ms, () => {
      end();
      later.timer = this.#run(part, task);
    });
    return later;
  }

  /** Runs a task; when it has to be tried again, that is what it answers with. */
  #run(part: Part, task: () => void): Disposable | undefined {
    const { clock } = this.#options;
    const began = clock.now();
    try {
      task();
      return undefined;
    } catch (error) {
      this.#failed(part, error);
      return isLoop(task) || part.waiting >= MOST_TRIED_AGAIN ? undefined : this.#again(part, task);
    } finally {
      part.busyMs += clock.now() - began;
    }
  }

  #again(part: Part, task: () => void): Disposable {
    const again = this.#later(part, 'waiting', part.waitMs, task);
    part.waitMs = Math.min(LONGEST_WAIT_MS, part.waitMs * 2);
    return again;
  }

  #failed(part: Part, error: unknown): void {
    const { clock, log } = this.#options;
    const now = clock.now();
    const last = part.failures.at(-1);
    // Who was well for a while begins anew.
    if (last === undefined || now - last > 2 * LONGEST_WAIT_MS) part.waitMs = FIRST_WAIT_MS;
    part.restarts += 1;
    part.lastError = messageOf(error);
    part.failures.push(now);
    if (part.failures.length > MANY + 1) part.failures.shift();
    log.error({ part: part.name, err: error, reason: part.lastError }, 'a part failed and goes on');
    this.#judge(part, now);
  }

  #judge({ name, failures, lastError }: Part, now: number): void {
    const { health } = this.#options;
    const isOften = failures.filter((at) => now - at < SPAN_MS).length > MANY;
    const text = `${name} failed more than ${MANY} times within ten minutes, last: ${lastError}; please report it`;
    if (isOften) health.raise(name, 'restarted', text);
    else health.clear(name, 'restarted');
  }
}

/** A task that is to run; disposed of, it does not. */
class Later implements Disposable {
  /** What will run it, or what came of it. */
  timer: Disposable | undefined;
  readonly #end: () => void;

  constructor(end: () => void) {
    this.#end = end;
  }

  [Symbol.dispose](): void {
    this.#end();
    this.timer?.[Symbol.dispose]();
  }
}
