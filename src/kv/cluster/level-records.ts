/** The records of a node of the ring, in its level database. */
import type { Stamp } from '../hlc.ts';
import { keyOfRecord, metaPlace, recordsBehind } from '../layout.ts';
import type { Database } from '../level-database.ts';
import type { LevelStore } from '../level-store.ts';
import { decodeRecord } from '../record.ts';
import type { Held, Rule } from '../rules.ts';
import { Holdings } from './holdings.ts';
import type { Tree } from './merkle.ts';
import type { Pair } from './messages.ts';
import type { PairPage, Records, Standing } from './ports.ts';
import type { View } from './view.ts';

/** Records that are looked at in one go: meanwhile nothing is written. */
const PAGE = 2_000;
const NAMES_ONLY = /^[\w:.-]{1,128}$/;

/** Opens the records of a store, and what the node knew of itself. After a repair it knows nothing: something may be missing. */
export async function levelRecords(
  store: LevelStore,
): Promise<{ readonly records: Records; readonly standing: Standing }> {
  const [limit, kept] = await store.between((database) =>
    database.getMany([metaPlace('limit'), metaPlace('standing')]),
  );
  const reserved = limit === undefined ? 0n : Buffer.from(limit).readBigUInt64BE(0);
  const standing = store.repaired ? NOTHING : standingOf(kept);
  return {
    records: new LevelRecords(store),
    standing: { ...standing, limit: reserved > store.mark ? reserved : store.mark },
  };
}

class LevelRecords implements Records {
  readonly #store: LevelStore;
  readonly #holdings = new Holdings();
  #counting: Promise<unknown> = Promise.resolve();

  constructor(store: LevelStore) {
    this.#store = store;
    store.onMoves((moves) => {
      for (const { key, before, after } of moves) this.#holdings.move(key, before, after);
    });
  }

  async read(key: string): Promise<Held> {
    return await this.#store.held(key);
  }

  async ask<Decided>(key: string, rule: Rule<Decided>, bytes = 0): Promise<Decided> {
    return await this.#store.ask(key, rule, bytes > 0 ? 'room' : 'nothing', bytes);
  }

  async pairs(wanted: (key: string) => boolean, after?: string): Promise<PairPage> {
    const { pairs, next } = await this.#store.between((database) => readPairs(database, after));
    return { pairs: pairs.filter(({ key }) => wanted(key)), next };
  }

  /** One after the other: two that count for different views would begin anew for ever. */
  async trees(view: View): Promise<ReadonlyMap<string, Tree>> {
    const counted = this.#counting.then(() => this.#countAll(view));
    this.#counting = counted.catch(() => {});
    return await counted;
  }

  async reserve(limit: Stamp): Promise<void> {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigUInt64BE(limit);
    await this.#keep('limit', bytes);
  }

  async remember(standing: Omit<Standing, 'limit'>): Promise<void> {
    await this.#keep('standing', Buffer.from(JSON.stringify(standing)));
  }

  async #countAll(view: View): Promise<ReadonlyMap<string, Tree>> {
    let isWhole = false;
    while (!isWhole) isWhole = await this.#store.between((database) => this.#count(database, view));
    return this.#holdings.trees;
  }

  /** Goes on counting; says whether all is counted. */
  async #count(database: Database, view: View): Promise<boolean> {
    const after = this.#holdings.aim(view);
    if (after === undefined) return true;
    const { pairs, next } = await readPairs(database, after === '' ? undefined : after);
    this.#holdings.count(
      pairs.map(({ key, version }) => [key, version] as const),
      next,
    );
    return next === undefined;
  }

  async #keep(name: 'limit' | 'standing', value: Uint8Array): Promise<void> {
    await this.#store.between((database) => database.put(metaPlace(name), value, { sync: true }));
  }
}

async function readPairs(database: Database, after: string | undefined): Promise<PairPage> {
  const found = await database.iterator({ ...recordsBehind(after), limit: PAGE }).all();
  const pairs = found.flatMap(([place, stored]): readonly Pair[] => {
    const record = decodeRecord(stored);
    return record === undefined ? [] : [{ key: keyOfRecord(place), version: record.version }];
  });
  const last = found.at(-1)?.[0];
  return { pairs, next: found.length < PAGE || last === undefined ? undefined : keyOfRecord(last) };
}

const NOTHING: Omit<Standing, 'limit'> = { settled: [], present: [], ready: '' };

/** What was remembered; nothing when it cannot be read, as then it cannot be believed. */
function standingOf(kept: Uint8Array | undefined): Omit<Standing, 'limit'> {
  if (kept === undefined) return NOTHING;
  try {
    const read: unknown = JSON.parse(Buffer.from(kept).toString());
    return isStanding(read) ? read : NOTHING;
  } catch {
    return NOTHING;
  }
}

function isStanding(read: unknown): read is Omit<Standing, 'limit'> {
  if (typeof read !== 'object' || read === null) return false;
  const { settled, present, ready } = read as Partial<Record<string, unknown>>;
  return areNames(settled) && areNames(present) && typeof ready === 'string';
}

const areNames = (names: unknown): boolean =>
  Array.isArray(names) && names.every((name) => typeof name === 'string' && NAMES_ONLY.test(name));
