import type { Random } from '../../../src/base/random.ts';
import { leafOf, recordHash, Tree } from '../../../src/kv/cluster/merkle.ts';
import type { PairPage, Records, Standing } from '../../../src/kv/cluster/ports.ts';
import { rangeOf, type View } from '../../../src/kv/cluster/view.ts';
import type { Stamp } from '../../../src/kv/hlc.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import type { Held, Rule } from '../../../src/kv/rules.ts';
import type { SimulatedClock } from '../clock.ts';

const PAGE = 4;
const GRACE_MS = 72 * 3_600_000;
const NOTHING: Standing = { settled: [], present: [], ready: '', limit: 0n };

/** What is on the disk of a node: it outlives its crashes. */
export class Disk {
  readonly records = new Map<string, KvRecord>();
  standing: Standing = NOTHING;

  /** All is gone, as with a new disk. */
  wipe(): void {
    this.records.clear();
    this.standing = NOTHING;
  }
}

interface Job {
  readonly key: string;
  readonly rule: Rule<unknown>;
  resolve(answer: unknown): void;
  reject(reason: unknown): void;
}

/** The records of one life of a node. What was not on the disk when it crashed is lost, and who waited for it waits for ever. */
export class SimulatedRecords implements Records {
  readonly #disk: Disk;
  readonly #clock: SimulatedClock;
  readonly #random: Random;
  #queue: Job[] = [];
  #commit: Promise<void> | undefined;
  #phase: 'up' | 'crashed' = 'up';

  constructor(disk: Disk, clock: SimulatedClock, random: Random) {
    this.#disk = disk;
    this.#clock = clock;
    this.#random = random;
  }

  crash(): void {
    this.#phase = 'crashed';
  }

  read(key: string): Promise<Held> {
    return this.#alive(() => this.#disk.records.get(key));
  }

  ask<Decided>(key: string, rule: Rule<Decided>): Promise<Decided> {
    return new Promise((resolve, reject) => {
      if (this.#phase === 'crashed') return;
      this.#queue.push({ key, rule, resolve: (answer) => resolve(answer as Decided), reject });
      this.#commit ??= this.#run();
    });
  }

  async pairs(wanted: (key: string) => boolean, after?: string): Promise<PairPage> {
    await this.#commit;
    return await this.#alive(() => {
      const keys = [...this.#disk.records.keys()]
        .filter((key) => (after === undefined || key > after) && wanted(key))
        .sort();
      const page = keys.slice(0, PAGE);
      const pairs = page.flatMap((key) => {
        const record = this.#disk.records.get(key);
        return record ? [{ key, version: record.version }] : [];
      });
      return { pairs, next: keys.length > PAGE ? page.at(-1) : undefined };
    });
  }

  async trees(view: View): Promise<ReadonlyMap<string, Tree>> {
    await this.#commit;
    return await this.#alive(() => {
      const trees = new Map<string, Tree>();
      for (const [key, { version }] of this.#disk.records) {
        const range = rangeOf(key, view);
        const tree = trees.get(range) ?? new Tree();
        tree.toggle(leafOf(key), recordHash(key, version));
        trees.set(range, tree);
      }
      return trees;
    });
  }

  async reserve(limit: Stamp): Promise<void> {
    await this.#synced();
    this.#disk.standing = { ...this.#disk.standing, limit };
  }

  async remember(standing: Omit<Standing, 'limit'>): Promise<void> {
    await this.#synced();
    this.#disk.standing = { ...this.#disk.standing, ...standing };
  }

  async #run(): Promise<void> {
    await undefined;
    while (this.#queue.length > 0) {
      const jobs = this.#queue;
      this.#queue = [];
      await this.#batch(jobs);
    }
    this.#commit = undefined;
  }

  async #batch(jobs: readonly Job[]): Promise<void> {
    const changed = new Map<string, KvRecord | undefined>();
    const moment = { now: this.#clock.wall(), graceMs: GRACE_MS, version: never };
    const answers = jobs.map(({ key, rule }) => {
      try {
        const held = changed.has(key) ? changed.get(key) : this.#disk.records.get(key);
        const { next, answer } = rule(held, moment);
        if (next !== undefined) changed.set(key, next ?? undefined);
        return { answer };
      } catch (refusal) {
        return { refusal };
      }
    });
    await this.#synced();
    for (const [key, record] of changed) {
      if (record === undefined) this.#disk.records.delete(key);
      else this.#disk.records.set(key, record);
    }
    for (const [place, job] of jobs.entries()) {
      const outcome = answers[place];
      if (outcome && 'answer' in outcome) job.resolve(outcome.answer);
      else job.reject(outcome?.refusal);
    }
  }

  /** Resolves when the disk has written; never, when the node crashes before. */
  #synced(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(0.2 + this.#random() * 4, () => {
        if (this.#phase === 'up') resolve();
      });
    });
  }

  #alive<Read>(read: () => Read): Promise<Read> {
    return new Promise((resolve) => {
      if (this.#phase === 'up') resolve(read());
    });
  }
}

const never = (): never => {
  throw new Error('versions come from the coordinator');
};
