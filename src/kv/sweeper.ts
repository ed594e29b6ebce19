import { messageOf } from '../base/errors.ts';
import type { EngineContext } from '../plugins/kinds.ts';
import { msOf, type Stamp } from './hlc.ts';
import { allDueRange, type Due, dueOf, dueRange } from './layout.ts';
import type { Database } from './level-database.ts';
import { forgottenBefore } from './rules.ts';

const PER_TURN = 1_000;
const SOONEST_MS = 50;
const LATEST_MS = 60_000;
/** Until it is looked again whether the clock can be believed. */
const AGAIN_MS = 2_000;

interface Work {
  readonly graceMs: number;
  database(): Database;
  /** Whether the wall clock can be believed. */
  isAllowed(): boolean;
  /** Does what is due for a key with a lifetime. */
  expire(key: string, at: number): Promise<void>;
  /** Forgets a tombstone. */
  purge(key: string, at: Stamp): Promise<void>;
}

/**
 * Does what is due: keys that expire, tombstones that were remembered long enough. It sleeps until the next due (a minute at most, as the wall
 * clock may jump), and for good while there is none.
 */
export class Sweeper implements Disposable {
  readonly #context: EngineContext;
  readonly #work: Work;
  #timer: Disposable | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #phase: 'running' | 'stopped' = 'running';

  constructor(context: EngineContext, work: Work) {
    this.#context = context;
    this.#work = work;
  }

  /** Begins with whatever fell due before. */
  start(): void {
    this.#wake(0);
  }

  /** Something will be due at that wall time. */
  expect(at: number): void {
    const { clock } = this.#context;
    const wait = Math.min(Math.max(at - clock.wall(), SOONEST_MS), LATEST_MS);
    if (clock.now() + wait < this.#wakesAt) this.#wake(wait);
  }

  [Symbol.dispose](): void {
    this.#phase = 'stopped';
    this.#timer?.[Symbol.dispose]();
  }

  #wake(wait: number): void {
    if (this.#phase === 'stopped') return;
    this.#timer?.[Symbol.dispose]();
    this.#wakesAt = this.#context.clock.now() + wait;
    this.#timer = this.#context.clock.after(wait, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    if (!this.#work.isAllowed()) return this.#wake(AGAIN_MS);
    try {
      const now = this.#context.clock.wall();
      const expiries = await this.#due('expiry', BigInt(Math.floor(now)));
      const tombstones = await this.#due('tombstone', forgottenBefore(now, this.#work.graceMs));
      await Promise.all([
        ...expiries.map(({ key, at }) => this.#work.expire(key, Number(at))),
        ...tombstones.map(({ key, at }) => this.#work.purge(key, at)),
      ]);
      await this.#sleep();
    } catch (error) {
      if (this.#phase === 'stopped') return;
      this.#context.log.warn({ error: messageOf(error) }, 'kv: could not sweep');
      this.#wake(LATEST_MS);
    }
  }

  async #due(index: Due['index'], until: bigint) {
    const places = await this.#work
      .database()
      .keys({ ...dueRange(index, until), limit: PER_TURN })
      .all();
    return places.map(dueOf);
  }

  async #sleep(): Promise<void> {
    const expiry = await this.#first('expiry');
    const tombstone = await this.#first('tombstone');
    if (expiry !== undefined) this.expect(Number(expiry));
    if (tombstone !== undefined) this.expect(msOf(tombstone) + 1 + this.#work.graceMs);
  }

  async #first(index: Due['index']): Promise<bigint | undefined> {
    const [place] = await this.#work
      .database()
      .keys({ ...allDueRange(index), limit: 1 })
      .all();
    return place && dueOf(place).at;
  }
}
