// The time series of this node: names, compressed blocks in a level database, and a log of what is in no block yet.

import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { writeAll } from '../base/write-all.ts';
import type {
  AggregationMethod,
  FoundPath,
  SeriesOrigin,
  SeriesReader,
  SeriesStats,
  SeriesValues,
  TimeRange,
} from '../model/series.ts';
import { Blocks } from './blocks.ts';
import type { Database } from './database.ts';
import { settleFormat } from './format.ts';
import { Journal } from './journal.ts';
import { nameFault } from './names.ts';
import { readSeries } from './reading.ts';
import { Register } from './register.ts';
import { Rules, type WrittenRules } from './rules.ts';
import { Series } from './series.ts';
import { storeFirst, storeWaiting } from './storing.ts';
import { dropExpired, dropSeries, makeRoom } from './sweeping.ts';
import { countTags, parseTagQuery, taggedNames } from './tag-query.ts';

/** Longest time for which a crash loses points. */
const LOG_MS = 1_000;
const RETRY_MS = 5_000;
const STORE_MS = 600_000;
const SWEEP_MS = 3_600_000;
/** Series put into blocks between two moments in which others may work. */
const STORED_AT_ONCE = 64;
/** Points that wait before they are put into blocks early, and before no more are taken: 16 bytes each, and what holds them. */
const MANY_WAITING = 262_144;
const MOST_WAITING = 2_097_152;
/** The part of these from which on senders wait. */
const BUSY = 0.75;
/** When the number of series becomes worth a word. */
const NEARLY = 0.9;

/** What a store is made with; times are seconds. */
export interface StoreSetting {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly rules?: WrittenRules;
  readonly maxSeries: number;
  /** 0: no bound. */
  readonly maxBytes: number;
  readonly maxFuture: number;
}

/** A point as it comes in; the time is epoch seconds. */
export interface Point {
  readonly name: string;
  readonly value: number;
  readonly time: number;
}

/**
 * Opens the store in an open database, which its owner closes afterwards. Throws `invalid_config` for wrong rules, `store_failed` for a
 * store of another format.
 */
export async function openMetricStore(setting: StoreSetting): Promise<MetricStore> {
  await settleFormat(setting.database);
  const store = new MetricStore(setting, await Rules.make(setting.rules));
  await store.load();
  return store;
}

/** Takes points in and gives them back. */
export class MetricStore implements SeriesReader, AsyncDisposable {
  readonly #setting: StoreSetting;
  readonly #register: Register;
  readonly #blocks: Blocks;
  readonly #journal: Journal;
  readonly #timers: Disposable[];
  readonly #refused = new Map<string, number>();
  #listeners: readonly ((point: Point) => void)[] = [];
  #points = 0;
  #waiting = 0;
  #dropped = 0;
  #failure = '';
  /** Epoch seconds when points were looked at first after the last writing: asking the clock for each costs more than finding its series. */
  #moment = 0;
  #due: Disposable | undefined;
  /** What works on the database comes one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isStoringEarly: boolean = false;

  /** Use `openMetricStore`. */
  constructor(setting: StoreSetting, rules: Rules) {
    const { database, clock, log } = setting;
    this.#setting = setting;
    this.#register = new Register(rules);
    this.#blocks = new Blocks(database, log);
    this.#journal = new Journal(database, (place) => this.#register.writeOf(place));
    this.#timers = [every(clock, STORE_MS, () => void this.store()), every(clock, SWEEP_MS, () => void this.sweep())];
  }

  /** Takes back what was there before a restart. */
  async load(): Promise<void> {
    await this.#blocks.loadTotals();
    for (const place of await this.#register.load(this.#setting.database)) this.#journal.addSeries(place);
    const byId = this.#register.byId();
    for await (const { id, time, value } of this.#journal.replay()) {
      const place = byId.get(id);
      if (place === undefined) this.#register.spend(id);
      else this.#waiting += this.#register.table.add(place, time, value);
    }
    if (!this.#journal.isWritten) this.#writeSoon();
  }

  /** Takes a point; one that cannot be taken is counted by its reason. Tells whether it was taken. */
  add({ name, value, time }: Point, origin: SeriesOrigin = 'received'): boolean {
    return this.put(name, value, time, origin);
  }

  /** As `add`, for those who have very many: no object is made for any. */
  put(name: string, value: number, time: number, origin: SeriesOrigin): boolean {
    if (!Number.isFinite(value)) return this.#refuse('value');
    if (this.#due === undefined) this.#moment = this.#now();
    if (!(time <= this.#moment + this.#setting.maxFuture) && !this.#isNear(time)) return this.#refuse('future');
    if (this.#waiting >= MOST_WAITING) return this.#refuse('memory');
    const { table } = this.#register;
    const place = this.#register.find(name) ?? this.#make(name, origin);
    if (place === undefined) return false;
    if (time < this.#moment - table.longestOf(place)) return this.#refuse('old');
    const second = Math.floor(time);
    this.#waiting += table.add(place, second, value);
    this.#journal.add(table.idOf(place), second, value);
    this.#points += 1;
    this.#writeSoon();
    if (this.#listeners.length > 0) this.#tell({ name, value, time });
    return true;
  }

  /** Whether so many points wait in memory that who can wait should; when there are some more, points are refused. */
  get isBusy(): boolean {
    return this.#waiting >= BUSY * MOST_WAITING;
  }

  /** Tells `listen` of every point that is taken, until disposed of. */
  onPoint(listen: (point: Point) => void): Disposable {
    this.#listeners = [...this.#listeners, listen];
    return {
      [Symbol.dispose]: () => {
        this.#listeners = this.#listeners.filter((each) => each !== listen);
      },
    };
  }

  /** Whether there is a series of that name. */
  has(name: string): boolean {
    return this.#register.find(name) !== undefined;
  }

  names(pattern: string): readonly string[] {
    return this.#register.matching(pattern);
  }

  find(pattern: string): readonly FoundPath[] {
    return this.#register.findPaths(pattern);
  }

  async tagged(expressions: readonly string[]): Promise<readonly string[]> {
    return taggedNames(this.#register.names(), await parseTagQuery(expressions));
  }

  tagValues(tag?: string): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return countTags(this.#register.names(), tag);
  }

  *latest(since: number): Iterable<Point> {
    const { table, places } = this.#register;
    for (const place of places) {
      const time = table.newestOf(place);
      if (time >= since) yield { name: table.nameOf(place), time, value: table.newestValueOf(place) };
    }
  }

  methodOf(name: string): AggregationMethod | undefined {
    const place = this.#register.find(name);
    return place === undefined ? undefined : this.#register.table.layoutOf(place).method;
  }

  beginningWith(prefix: string, page: { readonly after: string; readonly limit: number }): readonly string[] {
    return this.#register.beginningWith(prefix, page);
  }

  async read(names: readonly string[], range: TimeRange): Promise<readonly SeriesValues[]> {
    const all = this.#placesOf(names).map((place) => new Series(this.#register.table, place));
    return await readSeries(all, range, this.#now(), this.#blocks);
  }

  stats(): SeriesStats {
    const { maxSeries, maxBytes } = this.#setting;
    return {
      series: this.#register.size,
      maxSeries,
      points: this.#points,
      refused: this.#refused,
      waiting: this.#waiting,
      bytes: this.#blocks.bytes,
      maxBytes,
      blocks: this.#blocks.count,
      badBlocks: this.#blocks.bad,
      troubles: this.#troubles(),
    };
  }

  /** Writes down what came since the last time; resolves when that is done, or has failed. */
  write(): Promise<void> {
    this.#due?.[Symbol.dispose]();
    this.#due = undefined;
    return this.#enqueue(() => this.#journal.write());
  }

  /** Puts everything that waits into blocks; resolves when that is done, or has failed. */
  store(): Promise<void> {
    return this.#enqueue(() => this.#storeAll());
  }

  /** Drops what is too old or too much, and the names of which nothing is left. */
  sweep(): Promise<void> {
    return this.#enqueue(() => this.#sweepNow());
  }

  /**
   * Drops series with all their points, and resolves to how many there were when that is done, or has failed. A point that comes for one
   * later begins it anew.
   */
  async remove(names: readonly string[]): Promise<number> {
    const gone = this.#placesOf([...new Set(names)]).map((place) => new Series(this.#register.table, place));
    if (gone.length > 0) await this.#enqueue(() => this.#removeNow(gone));
    return gone.length;
  }

  /** Writes down what is not yet; the database stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    await this.write();
    await this.#work;
  }

  /** Whether a time is not too far ahead of what the clock says right now. */
  #isNear(time: number): boolean {
    this.#moment = this.#now();
    return time <= this.#moment + this.#setting.maxFuture;
  }

  #placesOf(names: readonly string[]): readonly number[] {
    return names.map((name) => this.#register.find(name)).filter((place) => place !== undefined);
  }

  #make(name: string, origin: SeriesOrigin): number | undefined {
    const isFull = this.#register.size >= this.#setting.maxSeries;
    if (isFull || nameFault(name) !== undefined) {
      this.#refuse(isFull ? 'series' : 'name');
      return undefined;
    }
    const place = this.#register.make(name, origin);
    this.#journal.addSeries(place);
    return place;
  }

  #tell(point: Point): void {
    for (const listen of this.#listeners) listen(point);
  }

  #refuse(reason: string): false {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
    return false;
  }

  #writeSoon(): void {
    const wait = this.#failure === '' ? LOG_MS : RETRY_MS;
    this.#due ??= this.#setting.clock.after(wait, () => void this.write());
    if (this.#waiting < MANY_WAITING || this.#isStoringEarly) return;
    this.#isStoringEarly = true;
    void this.store().finally(() => {
      this.#isStoringEarly = false;
    });
  }

  async #storeAll(): Promise<void> {
    const { table, places } = this.#register;
    // Before the log is written: blocks of a series that begins meanwhile would be there before it is, and after a crash be those of another.
    const waiting = [...places].filter((place) => table.waitingOf(place) > 0);
    await this.#journal.write();
    const mark = this.#journal.mark();
    const fresh = waiting.filter((place) => !table.hasBlocks(place));
    const old = waiting.filter((place) => table.hasBlocks(place));
    await this.#storeSome(old, storeWaiting);
    await this.#storeSome(fresh, storeFirst);
    this.#register.tidy();
    await this.#journal.forgetBefore(mark);
    const { maxBytes } = this.#setting;
    if (maxBytes > 0 && this.#blocks.bytes > maxBytes) await this.#makeRoom();
  }

  async #storeSome(places: readonly number[], store: typeof storeWaiting): Promise<void> {
    const { database } = this.#setting;
    for (let from = 0; from < places.length; from += STORED_AT_ONCE) {
      const some = places.slice(from, from + STORED_AT_ONCE).map((place) => new Series(this.#register.table, place));
      const points = await store(some, this.#now(), { database, blocks: this.#blocks });
      // Others may have come meanwhile.
      this.#waiting -= points;
    }
  }

  async #makeRoom(): Promise<void> {
    const { database, maxBytes, log } = this.#setting;
    const dropped = await makeRoom(maxBytes, { database, blocks: this.#blocks });
    this.#dropped += dropped;
    log.warn({ dropped, maxBytes }, 'the series need more room than they may have; the oldest blocks were dropped');
  }

  async #sweepNow(): Promise<void> {
    const { database } = this.#setting;
    const { table, places } = this.#register;
    const byId = this.#register.byId();
    const archivesOf = (id: number) => {
      const place = byId.get(id);
      return place === undefined ? [] : [...table.layoutOf(place).archives, ...table.formerOf(place)];
    };
    const alive = await dropExpired(archivesOf, this.#now(), { database, blocks: this.#blocks });
    const isGone = (place: number) =>
      table.waitingOf(place) === 0 && table.newestOf(place) < this.#now() - table.longestOf(place);
    const gone = [...places].filter((place) => !alive.has(table.idOf(place)) && isGone(place));
    const writes = this.#register.forget(gone);
    if (writes.length > 0) await writeAll(database, writes);
  }

  async #removeNow(gone: readonly Series[]): Promise<void> {
    const { database } = this.#setting;
    // Their names have to be in the database before they are taken out of it, or the log would bring them back.
    await this.#journal.write();
    const known = gone.filter((series) => series.isKnown);
    const places = this.#placesOf(known.map(({ name }) => name));
    for (const place of places) this.#waiting -= this.#register.table.waitingOf(place);
    const writes = this.#register.forget(places);
    for (const { id } of known) await dropSeries(id, { database, blocks: this.#blocks });
    if (writes.length > 0) await writeAll(database, writes);
    // The log must not know their points any more when their numbers are given to others.
    await this.#storeAll();
  }

  /** Failures are noted; what failed stays in memory and is tried again. */
  #enqueue(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      try {
        if (this.#failure !== '') await this.#reopen();
        await task();
        this.#failure = '';
      } catch (error) {
        if (this.#failure === '') this.#setting.log.error({ reason: messageOf(error) }, 'points cannot be written');
        this.#failure = messageOf(error);
        this.#writeSoon();
      }
    });
    return this.#work;
  }

  /** A database that could not write may never do so again until it is opened anew. */
  async #reopen(): Promise<void> {
    await this.#setting.database.close();
    await this.#setting.database.open();
  }

  #troubles(): ReadonlyMap<string, string> {
    const { maxSeries, maxBytes } = this.#setting;
    const { size } = this.#register;
    const { bytes } = this.#blocks;
    const troubles: [string, string | false][] = [
      ['store', this.#failure !== '' && `points cannot be written and are kept in memory: ${this.#failure}`],
      ['series', size >= NEARLY * maxSeries && seriesText(size, maxSeries)],
      ['bytes', maxBytes > 0 && bytes >= NEARLY * maxBytes && bytesText(bytes, maxBytes, this.#dropped)],
      ['memory', this.#waiting >= MOST_WAITING && `${this.#waiting} points wait in memory; further ones are refused`],
    ];
    return new Map(troubles.filter((trouble): trouble is [string, string] => trouble[1] !== false));
  }

  #now(): number {
    return Math.floor(this.#setting.clock.wall() / 1_000);
  }
}

const seriesText = (size: number, most: number): string =>
  size >= most
    ? `there are ${size} series, as many as store.max_series allows; points of further ones are refused`
    : `there are ${size} series of the ${most} that store.max_series allows`;

const bytesText = (bytes: number, most: number, dropped: number): string =>
  `${bytes} bytes of the ${most} that store.max_bytes allows are used; ${dropped} old blocks were dropped so far`;
