/** The records of a node of the ring, in its level database. */
import type { Stamp } from '../hlc.ts';
import type { Ask } from '../jobs.ts';
import { isReserved } from '../key-rules.ts';
import { keyOfRecord, metaPlace, quarantinedBehind, recordsBehind } from '../layout.ts';
import type { Outcome } from '../ledger.ts';
import type { Database } from '../level-database.ts';
import type { LevelStore } from '../level-store.ts';
import { rangeBehind } from '../pages.ts';
import { decodeRecord, type KvRecord } from '../record.ts';
import { type Held, type Rule, settingAsideBeyond } from '../rules.ts';
import type { Version } from '../version.ts';
import { Holdings } from './holdings.ts';
import type { Tree } from './merkle.ts';
import type { Keyed, Pair } from './messages.ts';
import type { PairPage, RecordPage, Records, Scope, Standing } from './ports.ts';
import { decodeStanding, encodeStanding, NOTHING } from './standing-text.ts';
import type { View } from './view.ts';

/** Records that are looked at in one go: meanwhile nothing is written. */
const PAGE = 2_000;
/** Bytes of values after which a page ends. */
const MOST_SCANNED_BYTES = 1_048_576;
const MOST_SCANNED = 10_000;
/** Older than every version. */
const UNREADABLE: Version = { stamp: 0n, tag: new Uint8Array(16) };

/** Opens the records of a store, and what the node knew of itself. After a repair it knows nothing: something may be missing. */
export async function levelRecords(
  store: LevelStore,
): Promise<{ readonly records: Records; readonly standing: Standing }> {
  const [limit, kept] = await store.between((database) =>
    database.getMany([metaPlace('limit'), metaPlace('standing')]),
  );
  const reserved = limit === undefined ? 0n : Buffer.from(limit).readBigUInt64BE(0);
  const standing = store.repaired ? NOTHING : decodeStanding(kept);
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
    store.onReopened(() => this.#holdings.forget());
    store.onMoves((moves) => {
      for (const { key, before, after } of moves) this.#holdings.move(key, before, after);
    });
  }

  read(key: string): Promise<Held> {
    return this.#store.held(key);
  }

  known(key: string) {
    return this.#store.known(key);
  }

  ask<Decided>(key: string, rule: Rule<Decided>, bytes?: number): Promise<Decided> {
    return this.#store.ask(key, rule, bytes);
  }

  askAll<Decided>(asks: readonly Ask<Decided>[]): Promise<readonly Outcome<Decided>[]> {
    return this.#store.askAll(asks);
  }

  async pairs(wanted: (key: string) => boolean, after?: string): Promise<PairPage> {
    const { pairs, next } = await this.#store.between((database) => readPairs(database, after));
    const aside = this.#store.quarantined > 0 ? await this.#setAside(after, next) : [];
    return { pairs: [...pairs, ...aside].filter(({ key }) => wanted(key)), next };
  }

  async scan(scope: Scope, after: string | undefined): Promise<RecordPage> {
    return await this.#store.look((database) => readScope(database, scope, after));
  }

  async setAsideBeyond(horizon: Stamp): Promise<number> {
    let count = 0;
    let after: string | undefined;
    do {
      const page: PairPage = await this.#store.between((database) => readPairs(database, after));
      const ahead = page.pairs.filter(({ version }) => version.stamp > horizon);
      const moved = await Promise.all(ahead.map(({ key }) => this.ask(key, settingAsideBeyond(horizon))));
      count += moved.filter(Boolean).length;
      after = page.next;
    } while (after !== undefined);
    await this.#store.rewind(horizon);
    return count;
  }

  expireWhile(isAllowed: () => boolean): void {
    this.#store.expireWhile(isAllowed);
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
    await this.#keep('standing', encodeStanding(standing));
  }

  async #setAside(after: string | undefined, until: string | undefined): Promise<readonly Pair[]> {
    const found = await this.#store.look((database) => database.keys(quarantinedBehind(after, until)).all());
    return found.map((place) => ({ key: keyOfRecord(place), version: UNREADABLE }));
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
      pairs.flatMap(({ key, version }) => (version === UNREADABLE ? [] : [[key, version] as const])),
      next,
    );
    return next === undefined;
  }

  async #keep(name: 'limit' | 'standing', value: Uint8Array): Promise<void> {
    await this.#store.note(metaPlace(name), value);
  }
}

async function readPairs(database: Database, after: string | undefined): Promise<PairPage> {
  const found = await database.iterator({ ...recordsBehind(after), limit: PAGE }).all();
  const pairs = found.map(
    ([place, stored]): Pair => ({ key: keyOfRecord(place), version: decodeRecord(stored)?.version ?? UNREADABLE }),
  );
  const last = found.at(-1)?.[0];
  return { pairs, next: found.length < PAGE || last === undefined ? undefined : keyOfRecord(last) };
}

async function readScope(database: Database, scope: Scope, after: string | undefined): Promise<RecordPage> {
  const { prefix, include, limit, values } = scope;
  const records: Keyed[] = [];
  let bytes = 0;
  let seen = 0;
  for await (const [place, stored] of database.iterator(rangeBehind(prefix, after))) {
    const key = keyOfRecord(place);
    seen += 1;
    records.push(...(include === 'public' && isReserved(key) ? [] : keyedOf(key, decodeRecord(stored), values)));
    bytes += key.length + (values === 'with' ? stored.length : 0);
    if (records.length >= limit || seen >= MOST_SCANNED || bytes >= MOST_SCANNED_BYTES) return { records, next: key };
  }
  return { records, next: undefined };
}

function keyedOf(key: string, record: KvRecord | undefined, values: Scope['values']): readonly Keyed[] {
  if (record === undefined) return [];
  return [{ key, record: values === 'with' ? record : { ...record, value: new Uint8Array() } }];
}
