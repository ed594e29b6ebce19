import type { Desk } from '../core/desk.ts';
import { type Entry, PART_NAMES, type PartChange, type PartName } from '../core/effect.ts';
import { changed, difference, EMPTY_RECORD, isNoChange, type NodeRecord, versionSum } from './part.ts';
import { VersionDigest } from './version-digest.ts';

/** What every node of the pool says of itself, by node id. Each change is reported once, with what differs. */
export class Library {
  readonly #records = new Map<string, NodeRecord>();
  /** Ids of the records that the digest is about. */
  readonly #counted = new Set<string>();
  readonly #digest = new VersionDigest();
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

  /** 8 bytes that are the same on all nodes which hold the same versions of the records that count. */
  get digest(): Uint8Array {
    return this.#digest.bytes;
  }

  /** The record of a node that takes part counts in the digest; that of one that is dead or gone may be forgotten elsewhere already. */
  count(id: string): void {
    if (this.#counted.has(id)) return;
    this.#counted.add(id);
    this.#toggle(id);
  }

  uncount(id: string): void {
    if (this.#counted.delete(id)) this.#toggle(id);
  }

  /** Applies a change to one part, which is then of this version. */
  apply(place: { readonly id: string; readonly part: PartName }, version: number, change: PartChange): void {
    const { id, part } = place;
    const record = this.get(id);
    if (this.#counted.has(id) && version !== record[part].version) {
      this.#digest.toggle(id, part, record[part].version);
      this.#digest.toggle(id, part, version);
    }
    this.#records.set(id, { ...record, [part]: { version, entries: changed(record[part].entries, change) } });
    const from = record[part].version;
    if (!isNoChange(change)) this.#desk.do({ type: 'record', id, part, change, from, to: version });
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
    this.uncount(id);
    this.#records.delete(id);
  }

  #toggle(id: string): void {
    const record = this.get(id);
    for (const part of PART_NAMES) this.#digest.toggle(id, part, record[part].version);
  }
}
