import type { Archive, FoundPath, SeriesOrigin } from '../model/series.ts';
import type { Database, Write } from './database.ts';
import { Names } from './names.ts';
import { allSeries, readSeriesKey, seriesKey } from './places.ts';
import type { Rules } from './rules.ts';
import { SeriesTable } from './series-table.ts';

/** What is written of a series; archives as pairs of step and points. */
interface Kept {
  readonly id: number;
  readonly origin: SeriesOrigin;
  readonly archives: readonly (readonly [number, number])[];
  readonly former?: readonly (readonly [number, number])[];
}

/** All series of the store: which name is at which place of the table. */
export class Register {
  readonly table: SeriesTable = new SeriesTable();
  readonly #rules: Rules;
  readonly #byName = new Map<string, number>();
  readonly #names = new Names();
  #nextId = 1;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** The places of all series. */
  get places(): Iterable<number> {
    return this.#byName.values();
  }

  /** The place of the series of that name. */
  find(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** Places by the numbers of their series. */
  byId(): Map<number, number> {
    const byId = new Map<number, number>();
    for (const place of this.#byName.values()) byId.set(this.table.idOf(place), place);
    return byId;
  }

  matching(pattern: string): readonly string[] {
    return this.#names.matching(pattern);
  }

  findPaths(pattern: string): readonly FoundPath[] {
    return this.#names.find(pattern);
  }

  /** All names, in no order. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  beginningWith(prefix: string, page: { readonly after: string; readonly limit: number }): readonly string[] {
    return this.#names.beginningWith(prefix, page);
  }

  /** Reads the series that were written. Those whose rule has changed are the answer; they are to be written. */
  async load(database: Database): Promise<readonly number[]> {
    const changed: number[] = [];
    for await (const [key, value] of database.iterator(allSeries)) {
      const name = readSeriesKey(key);
      const kept = readKept(value);
      if (!kept) continue;
      const layout = this.#rules.layoutOf(name, kept.origin);
      const before = [...kept.archives, ...(kept.former ?? [])].map(([step, points]): Archive => ({ step, points }));
      const former = before
        .filter(({ step }) => layout.archives.every((archive) => archive.step !== step))
        .sort((a, b) => a.step - b.step);
      const place = this.#take(kept.id, name, kept.origin, { layout, former, hasBlocks: true });
      if (!this.#keptAt(place).equals(value)) changed.push(place);
    }
    return changed;
  }

  /** Makes a series, and answers its place; it has to be written before any of its points. */
  make(name: string, origin: SeriesOrigin): number {
    const layout = this.#rules.layoutOf(name, origin);
    return this.#take(this.#nextId, name, origin, { layout, former: [], hasBlocks: false });
  }

  /** A number was that of a series that is gone, and something of it is left: nobody else gets it. */
  spend(id: number): void {
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  /** What writes the series of a place; `undefined` when it was forgotten. */
  writeOf(place: number): Write | undefined {
    const name = this.table.nameOf(place);
    return name === '' ? undefined : { type: 'put', key: seriesKey(name), value: this.#keptAt(place) };
  }

  #keptAt(place: number): Buffer {
    const { table } = this;
    const pairs = (archives: readonly Archive[]) => archives.map(({ step, points }) => [step, points] as const);
    const former = table.formerOf(place);
    const kept: Kept = {
      ...{ id: table.idOf(place), origin: table.originOf(place), archives: pairs(table.layoutOf(place).archives) },
      ...(former.length > 0 ? { former: pairs(former) } : {}),
    };
    return Buffer.from(JSON.stringify(kept));
  }

  /** Forgets series, and answers what makes the database forget them. */
  forget(gone: readonly number[]): readonly Write[] {
    const names = gone.map((place) => this.table.nameOf(place));
    for (const name of names) this.#byName.delete(name);
    for (const place of gone) this.table.forget(place);
    if (gone.length > 0) this.#names.replace(this.#byName.keys());
    return names.map((name) => ({ type: 'del', key: seriesKey(name) }));
  }

  /** Gives memory back that waiting points needed once. */
  tidy(): void {
    this.table.tidy(this.places);
  }

  #take(
    id: number,
    name: string,
    origin: SeriesOrigin,
    kept: Pick<Parameters<SeriesTable['take']>[0], 'layout' | 'former' | 'hasBlocks'>,
  ): number {
    const place = this.table.take({ id, name, origin, ...kept });
    this.#byName.set(name, place);
    this.#names.add(name);
    this.spend(id);
    return place;
  }
}

function readKept(value: Uint8Array): Kept | undefined {
  try {
    const kept = JSON.parse(Buffer.from(value).toString()) as Kept;
    return Number.isInteger(kept.id) && Array.isArray(kept.archives) ? kept : undefined;
  } catch {
    return undefined;
  }
}
