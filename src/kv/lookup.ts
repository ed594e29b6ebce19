import { atTurnEnd } from '../base/turn.ts';
import { quarantinePlace, recordPlace } from './layout.ts';
import type { Found } from './ledger.ts';
import type { Database } from './level-database.ts';
import { decodeRecord, type KvRecord } from './record.ts';
import { type Known, type Read, RecordCache } from './record-cache.ts';

interface Parts {
  /** Reads from the database as it is. */
  read<Answer>(task: (database: Database) => Promise<Answer>): Promise<Answer>;
  /** How many damaged records are set aside. */
  quarantined(): number;
}

/** A key whose bytes somebody waits for. */
interface Wanted {
  readonly key: string;
  resolve(stored: Uint8Array | undefined): void;
  reject(error: unknown): void;
}

/** Finds what is stored under keys: what was written or read last without the disk. */
export class Lookup {
  readonly #parts: Parts;
  readonly #cache = new RecordCache();
  #wanted: Wanted[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The stored bytes of a key; `undefined` when there are none. What is wanted in one turn is read from the disk in one go. */
  stored(key: string): Promise<Uint8Array | undefined> {
    const known = this.#cache.get(key);
    if (known !== undefined) return Promise.resolve(known.stored);
    return new Promise((resolve, reject) => {
      if (this.#wanted.push({ key, resolve, reject }) === 1) atTurnEnd(() => void this.#readWanted());
    });
  }

  /** The record of a key, if it is known without the disk whether there is one; `undefined` when it is not. */
  known(key: string): Read | undefined {
    const known = this.#cache.get(key);
    if (known?.stored === undefined) return this.#parts.quarantined() > 0 ? undefined : known;
    return recordOf(known) && known;
  }

  /** The record of a key, if it is known without the disk. */
  record(key: string): KvRecord | undefined {
    const known = this.#cache.get(key);
    return known && recordOf(known);
  }

  /** What is stored under the keys of a batch, as long as no other one is being written. */
  async find(keys: Iterable<string>): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    const unknown = new Set<string>();
    const isNothingAside = this.#parts.quarantined() === 0;
    for (const key of keys) {
      const known = isNothingAside ? this.#cache.get(key) : undefined;
      if (known === undefined) unknown.add(key);
      else found.set(key, { stored: known.stored, record: known.record, setAside: false });
    }
    if (unknown.size > 0) await this.#findOnDisk([...unknown], found);
    return found;
  }

  /** Whether a damaged record of a key is set aside. */
  async isSetAside(key: string): Promise<boolean> {
    if (this.#parts.quarantined() === 0) return false;
    const [stored] = await this.#many([quarantinePlace(key)]);
    return stored !== undefined;
  }

  /** These are stored now. */
  wrote(records: ReadonlyMap<string, Known>): void {
    this.#cache.wrote(records);
  }

  /** What is on the disk may be anything. */
  forget(): void {
    this.#cache.clear();
  }

  async #readWanted(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = [];
    const { moment } = this.#cache;
    try {
      const found = await this.#many(wanted.map(({ key }) => recordPlace(key)));
      for (const [at, { key, resolve }] of wanted.entries()) {
        const stored = found[at];
        this.#cache.learn(key, stored, moment);
        resolve(stored);
      }
    } catch (error) {
      for (const { reject } of wanted) reject(error);
    }
  }

  async #findOnDisk(keys: readonly string[], found: Map<string, Found>): Promise<void> {
    const stored = await this.#many(keys.map(recordPlace));
    const aside = this.#parts.quarantined() > 0 ? await this.#many(keys.map(quarantinePlace)) : [];
    for (const [place, key] of keys.entries()) {
      found.set(key, { stored: stored[place], setAside: aside[place] !== undefined });
    }
  }

  async #many(places: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return await this.#parts.read((database) => database.getMany(places));
  }
}

function recordOf(known: Known): KvRecord | undefined {
  if (known.record === undefined && known.stored !== undefined) known.record = decodeRecord(known.stored);
  return known.record;
}
