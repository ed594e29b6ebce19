import type { Desk } from '../core/desk.ts';
import type { Entry, PartChange, PartName } from '../core/effect.ts';
import { changed, difference, EMPTY_RECORD, isNoChange, type NodeRecord, versionSum } from './part.ts';

/** What every node of the pool says of itself, by node id. Each change is reported once, with what differs. */
export class Library {
  readonly #records = new Map<string, NodeRecord>();
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get records(): ReadonlyMap<string, NodeRecord> {
    return this.#records;
  }

  get(id: string): NodeRecord {
    return this.#records.get(id) ?? EMPTY_RECORD;
  }

  /** The sum of the versions of a node's parts. */
  sum(id: string): number {
    return versionSum(this.get(id));
  }

  /** Applies a change to one part, which is then of this version. */
  apply(place: { readonly id: string; readonly part: PartName }, version: number, change: PartChange): void {
    const { id, part } = place;
    const record = this.get(id);
    this.#records.set(id, { ...record, [part]: { version, entries: changed(record[part].entries, change) } });
    if (!isNoChange(change)) this.#desk.do({ type: 'record', id, part, change });
  }

  /** Puts a whole part in place of what was known. */
  replace(
    place: { readonly id: string; readonly part: PartName },
    version: number,
    entries: ReadonlyMap<string, Entry>,
  ): void {
    this.apply(place, version, difference(this.get(place.id)[place.part].entries, entries));
  }

  forget(id: string): void {
    this.#records.delete(id);
  }
}
