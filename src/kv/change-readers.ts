/** Those who read a log of changes and wait for more. */
import { type Clock, delay } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { KvChange } from '../model/kv.ts';
import { Watcher } from './watcher.ts';

const PAGE = 1_000;
const MOST_WAITING = 1_000;
/** What comes so soon after the first change goes along with it. */
const COLLECT_MS = 10;

/** A log of changes, each with its number. */
export interface ChangeLog {
  /** The kept changes after `index`, oldest first, at most `limit`. Fails with `index_gone` when some after it are not kept any more. */
  changes(index: number, limit: number): Promise<readonly KvChange[]>;
}

/** What a reader wants of a log. */
export interface Following {
  /** Where it has read to. */
  readonly from: number;
  /** How long it would wait for a change. */
  readonly waitMs: number;
  /** About so many changes at a time. */
  readonly most: number;
  readonly signal?: AbortSignal;
  wants(change: KvChange): boolean;
}

/** The changes of a part of the log that were wanted, and how far it goes. */
export interface Scan {
  readonly changes: readonly KvChange[];
  readonly at: number;
}

/** Lets any number of readers follow a log. Disposing of it ends their waits with `stopping`. */
export class ChangeReaders implements Disposable {
  readonly #log: ChangeLog;
  readonly #clock: Clock;
  readonly #watchers = new Set<Watcher>();
  #isOver = false;

  constructor(log: ChangeLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Whether nobody waits. */
  get isIdle(): boolean {
    return this.#watchers.size === 0;
  }

  /** A change has been logged. */
  hear(change: KvChange): void {
    for (const watcher of this.#watchers) watcher.hear(change);
  }

  /** Ends all waits with this. */
  end(reason: OpsbroError): void {
    for (const watcher of this.#watchers) watcher.end(reason);
  }

  /**
   * The changes behind a place, at once if there are some, else as soon as one comes; none when the time is over. Rejects with `index_gone`
   * when changes behind the place are not kept any more, with `overloaded` when too many wait already.
   */
  async follow(following: Following): Promise<Scan> {
    if (this.#isOver) throw stopping();
    if (this.#watchers.size >= MOST_WAITING) {
      throw new OpsbroError('overloaded', `${MOST_WAITING} readers wait for changes already; try again in a second`);
    }
    const watcher = new Watcher(this.#clock, (change) => following.wants(change));
    this.#watchers.add(watcher);
    try {
      return await this.#follow(following, watcher);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.end(stopping());
  }

  async #follow(following: Following, watcher: Watcher): Promise<Scan> {
    const clock = this.#clock;
    const until = clock.now() + following.waitMs;
    let at = following.from;
    for (;;) {
      watcher.rewind(at);
      const scan = await this.#scan(at, following);
      if (scan.changes.length > 0) return scan;
      at = Math.max(scan.at, watcher.passed);
      const left = until - clock.now();
      if (left <= 0 || !(await watcher.news(left, following.signal))) {
        return { changes: [], at: Math.max(at, watcher.passed) };
      }
      await delay(clock, COLLECT_MS);
    }
  }

  async #scan(from: number, { wants, most }: Following): Promise<Scan> {
    const changes: KvChange[] = [];
    let at = from;
    for (;;) {
      const page = await this.#log.changes(at, PAGE);
      changes.push(...page.filter(wants));
      at = page.at(-1)?.index ?? at;
      if (page.length < PAGE || changes.length > most) return { changes, at };
    }
  }
}

const stopping = (): OpsbroError => new OpsbroError('stopping', 'the agent stops');
