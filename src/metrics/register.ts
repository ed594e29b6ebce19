import type { Archive, FoundPath, SeriesOrigin } from '../model/series.ts';
import type { Database, Write } from './database.ts';
import { Names } from './names.ts';
import { allSeries, readSeriesKey, seriesKey } from './places.ts';
import { PointRoom } from './point-room.ts';
import type { Rules } from './rules.ts';
import { Series } from './series.ts';

/** What is written of a series; archives as pairs of step and points. */
interface Kept {
  readonly id: number;
  readonly origin: SeriesOrigin;
  readonly archives: readonly (readonly [number, number])[];
  readonly former?: readonly (readonly [number, number])[];
}

/** All series of the store, by name. */
export class Register {
  readonly #rules: Rules;
  readonly #byName = new Map<string, Series>();
  readonly #names = new Names();
  readonly #room = new PointRoom();
  #nextId = 1;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#byName.size;
  }

  get all(): Iterable<Series> {
    return this.#byName.values();
  }

  get(name: string): Series | undefined {
    return this.#byName.get(name);
  }

  byId(): Map<number, Series> {
    return new Map(Array.from(this.#byName.values(), (series) => [series.id, series] as const));
  }

  matching(pattern: string): readonly string[] {
    return this.#names.matching(pattern);
  }

  find(pattern: string): readonly FoundPath[] {
    return this.#names.find(pattern);
  }

  /** All names, in no order. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  beginningWith(prefix: string, page: { readonly after: string; readonly limit: number }): readonly string[] {
    return this.#names.beginningWith(prefix, page);
  }

  /** Reads the series that were written. What to write of those whose rule has changed is the answer. */
  async load(database: Database): Promise<readonly Write[]> {
    const changed: Write[] = [];
    for await (const [key, value] of database.iterator(allSeries)) {
      const name = readSeriesKey(key);
      const kept = readKept(value);
      if (!kept) continue;
      const layout = this.#rules.layoutOf(name, kept.origin);
      const before = [...kept.archives, ...(kept.former ?? [])].map(([step, points]): Archive => ({ step, points }));
      const former = before
        .filter(({ step }) => layout.archives.every((archive) => archive.step !== step))
        .sort((a, b) => a.step - b.step);
      const series = new Series({ id: kept.id, name, layout, former, hasBlocks: true }, this.#room);
      this.#take(series);
      const write = writeOf(series, kept.origin);
      if (!Buffer.from(value).equals(write.value)) changed.push(write);
    }
    return changed;
  }

  /** Makes a series; the write has to come before any of its points. */
  make(name: string, origin: SeriesOrigin): { readonly series: Series; readonly write: Write } {
    const layout = this.#rules.layoutOf(name, origin);
    const series = new Series({ id: this.#nextId, name, layout, former: [], hasBlocks: false }, this.#room);
    this.#take(series);
    return { series, write: writeOf(series, origin) };
  }

  /** Forgets series, and answers what makes the database forget them. */
  forget(gone: readonly Series[]): readonly Write[] {
    for (const { name } of gone) this.#byName.delete(name);
    if (gone.length > 0) this.#names.replace(this.#byName.keys());
    return gone.map(({ name }) => ({ type: 'del', key: seriesKey(name) }));
  }

  /** Gives memory back that waiting points needed once. */
  tidy(): void {
    if (!this.#room.isWasteful) return;
    const puts = Array.from(this.#byName.values())
      .filter(({ waiting }) => waiting > 0)
      .map((series) => series.moveOut());
    this.#room.empty();
    for (const put of puts) put();
  }

  #take(series: Series): void {
    this.#byName.set(series.name, series);
    this.#names.add(series.name);
    this.#nextId = Math.max(this.#nextId, series.id + 1);
  }
}

function writeOf({ id, name, layout, former }: Series, origin: SeriesOrigin) {
  const pairs = (archives: readonly Archive[]) => archives.map(({ step, points }) => [step, points] as const);
  const old = former.length > 0 ? { former: pairs(former) } : {};
  const kept: Kept = { id, origin, archives: pairs(layout.archives), ...old };
  return { type: 'put', key: seriesKey(name), value: Buffer.from(JSON.stringify(kept)) } as const;
}

function readKept(value: Uint8Array): Kept | undefined {
  try {
    const kept = JSON.parse(Buffer.from(value).toString()) as Kept;
    return Number.isInteger(kept.id) && Array.isArray(kept.archives) ? kept : undefined;
  } catch {
    return undefined;
  }
}
