import { OpsbroError } from '../base/errors.ts';
import type { KvChange } from '../model/kv.ts';
import { historyOf } from './history.ts';
import { changePlace, changeRange, decodeChanges } from './layout.ts';
import type { Database } from './level-database.ts';

/** How many changes are kept at least. */
const KEPT = 100_000;
/** So many more are dropped in one go. */
const SLACK = 1_000;
/** Places that are read in one go. */
const AT_ONCE = 100;

/** Places of a database, in their order. */
interface Places {
  /** The next ones, at most so many; none at the end. */
  nextv(size: number): Promise<[Uint8Array, Uint8Array][]>;
}

interface Parts {
  /** Reads from the database as it is. */
  read<Answer>(task: (database: Database) => Promise<Answer>): Promise<Answer>;
  /** Writes to it between two batches. */
  write(task: (database: Database) => Promise<void>): Promise<void>;
}

/** The log of a store's changes, in its database: how it is read and kept short. */
export class LoggedChanges {
  readonly #parts: Parts;
  /** Nothing is kept of changes up to here, as far as known. */
  #dropped = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** At most so many changes behind a number. Rejects with `index_gone` when the next one is not kept any more. */
  async behind(index: number, limit: number): Promise<readonly KvChange[]> {
    const changes = await this.#read(index, limit);
    if ((changes[0]?.index ?? index + 1) === index + 1) return changes;
    throw new OpsbroError('index_gone', `the changes after ${index} are not kept any more; list the keys anew`);
  }

  /** The last changes of a key, oldest first; `last` is the number of the last change of all. */
  async history(key: string, limit: number, last: number): Promise<readonly KvChange[]> {
    return await historyOf(key, limit, {
      behind: Math.max(0, last - KEPT),
      read: (index, size) => this.#read(index, size),
    });
  }

  /** Drops what need not be kept, now that there is this change. */
  grew(last: number): void {
    const until = last - KEPT;
    const from = this.#dropped;
    if (until < from + SLACK) return;
    this.#dropped = until;
    const drop = (database: Database) => database.clear({ gte: changePlace(from), lte: changePlace(until) });
    this.#parts.write(drop).catch(() => {
      // The store tells what is wrong with it. What is still there goes with the next ones.
      this.#dropped = from;
    });
  }

  /** Those of one batch have one place, that of the last of them. */
  #read(index: number, limit: number): Promise<readonly KvChange[]> {
    return this.#parts.read(async (database) => {
      const places = database.iterator(changeRange(index));
      try {
        return await pageOf(places, index, limit);
      } finally {
        await places.close();
      }
    });
  }
}

/** The changes of places that come behind a number, at most so many. */
async function pageOf(places: Places, index: number, most: number): Promise<readonly KvChange[]> {
  const changes: KvChange[] = [];
  while (changes.length < most) {
    const some = await places.nextv(Math.min(most - changes.length, AT_ONCE));
    if (some.length === 0) break;
    const told = some.flatMap(([place, stored]) => decodeChanges(place, stored));
    changes.push(...told.filter((change) => change.index > index));
  }
  return changes.slice(0, most);
}
