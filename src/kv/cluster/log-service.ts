/** Lets other nodes follow the log of this one. */
import type { Clock } from '../../base/clock.ts';
import { failedWith } from '../../base/errors.ts';
import type { KvChange } from '../../model/kv.ts';
import { wants } from '../change-entry.ts';
import { type ChangeLog, ChangeReaders } from '../change-readers.ts';
import type { FollowedAnswer, FollowQuestion, LogPlace } from './messages.ts';

const MOST_WAIT_MS = 30_000;
const MOST_CHANGES = 1_000;

/** A log, and how far it is. */
export interface NumberedLog extends ChangeLog {
  /** Number of the last change. */
  readonly index: number;
}

/** Answers those who follow the changes of this node. Disposing of it ends their waits. */
export class LogService implements Disposable {
  readonly #log: NumberedLog;
  readonly #readers: ChangeReaders;

  constructor(log: NumberedLog, clock: Clock) {
    this.#log = log;
    this.#readers = new ChangeReaders(log, clock);
  }

  /** A change has been logged. */
  hear(change: KvChange): void {
    this.#readers.hear(change);
  }

  /** What came late to this node others have told already. */
  async answer({ place, prefixes, waitMs }: FollowQuestion): Promise<FollowedAnswer> {
    if (place === undefined || !(await this.#isKnown(place))) {
      return followed(await this.#placeAt(this.#log.index), [], place !== undefined);
    }
    const isWanted = (change: KvChange) => !change.isLate && prefixes.some((prefix) => wants({ prefix }, change));
    try {
      const wait = Math.min(waitMs, MOST_WAIT_MS);
      const asked = { from: place.index, waitMs: wait, most: MOST_CHANGES, wants: isWanted };
      const { changes, at } = await this.#readers.follow(asked);
      return followed(await this.#placeAt(at), changes, false);
    } catch (error) {
      if (!failedWith(error, 'index_gone')) throw error;
      return followed(await this.#placeAt(this.#log.index), [], true);
    }
  }

  [Symbol.dispose](): void {
    this.#readers[Symbol.dispose]();
  }

  async #isKnown({ index, version }: LogPlace): Promise<boolean> {
    return index <= this.#log.index && (await this.#placeAt(index)).version === version;
  }

  async #placeAt(index: number): Promise<LogPlace> {
    const [change] = index === 0 ? [] : await this.#log.changes(index - 1, 1).catch(() => []);
    return { index, version: change?.version ?? '' };
  }
}

const followed = (place: LogPlace, changes: readonly KvChange[], isGone: boolean): FollowedAnswer => ({
  ...{ type: 'followed', place, isGone },
  changes: changes.map(({ op, key, version, expires }) => ({ op, key, version, expires })),
});
