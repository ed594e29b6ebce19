import type { Clock } from '../../../src/base/clock.ts';
import { OpsbroError } from '../../../src/base/errors.ts';
import type { Random } from '../../../src/base/random.ts';
import { leafOf, recordHash, Tree } from '../../../src/kv/cluster/merkle.ts';
import type { PairPage, RecordPage, Records, Scope, Standing } from '../../../src/kv/cluster/ports.ts';
import { rangeOf, type View } from '../../../src/kv/cluster/view.ts';
import type { Stamp } from '../../../src/kv/hlc.ts';
import type { Ask } from '../../../src/kv/jobs.ts';
import type { Outcome } from '../../../src/kv/ledger.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { type Held, isForgotten, type Rule } from '../../../src/kv/rules.ts';

const PAGE = 4;
/** How long deleted keys are remembered. */
export const GRACE_MS = 72 * 3_600_000;
const NOTHING: Standing = { settled: [], present: [], ready: '', met: new Map(), limit: 0n };

/** What is on the disk of a node: it outlives its crashes. */
export class Disk {
  readonly records = new Map<string, KvRecord>();
  standing: Standing = NOTHING;
  /** Nothing can be written; what is there can be read. */
  isFull = false;

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
  readonly #clock: Clock;
  readonly #random: Random;
  #queue: Job[] = [];
  #commit: Promise<void> | undefined;
  #phase: 'up' | 'crashed' = 'up';
  #mayExpire: () => boolean = () => false;

  constructor(disk: Disk, clock: Clock, random: Random) {
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

  /** Half of the time it is known. */
  known(key: string) {
    if (this.#phase === 'crashed' || this.#random() < 0.5) return undefined;
    const record = this.#disk.records.get(key);
    return record ? { record } : {};
  }

  ask<Decided>(key: string, rule: Rule<Decided>): Promise<Decided> {
    return new Promise((resolve, reject) => {
      if (this.#phase === 'crashed') return;
      this.#queue.push({ key, rule, resolve: (answer) => resolve(answer as Decided), reject });
      this.#commit ??= this.#run();
    });
  }

  askAll<Decided>(asks: readonly Ask<Decided>[]): Promise<readonly Outcome<Decided>[]> {
    const ended = ({ key, rule }: Ask<Decided>) =>
      this.ask(key, rule).then(
        (answer) => ({ answer }),
        (refusal: unknown) => ({ refusal }),
      );
    return Promise.all(asks.map(ended));
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

  async scan({ prefix, limit }: Scope, after: string | undefined): Promise<RecordPage> {
    return await this.#alive(() => {
      const all = [...this.#disk.records].filter(
        ([key]) => key.startsWith(prefix) && (after === undefined || key > after),
      );
      const page = all.sort(([one], [other]) => (one < other ? -1 : 1)).slice(0, limit);
      const records = page.map(([key, record]) => ({ key, record }));
      return { records, next: all.length > limit ? page.at(-1)?.[0] : undefined };
    });
  }

  async setAsideBeyond(horizon: Stamp): Promise<number> {
    await this.#synced();
    const ahead = [...this.#disk.records].filter(([, { version }]) => version.stamp > horizon);
    for (const [key] of ahead) this.#disk.records.delete(key);
    return ahead.length;
  }

  expireWhile(isAllowed: () => boolean): void {
    this.#mayExpire = isAllowed;
  }

  /** Forgets what was deleted long ago, as the sweeper does. */
  async sweep(): Promise<void> {
    if (!this.#mayExpire()) return;
    const tombstones = [...this.#disk.records].filter(([, record]) => record.kind === 'tombstone');
    for (const [key] of tombstones) {
      void this.ask(key, (held, { now, graceMs }) => {
        const isOld = held !== undefined && held !== 'damaged' && held.kind === 'tombstone';
        return { next: isOld && isForgotten(held, { now, graceMs }) ? null : undefined, answer: undefined };
      });
    }
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
    await this.#written();
    this.#disk.standing = { ...this.#disk.standing, limit };
  }

  async remember(standing: Omit<Standing, 'limit'>): Promise<void> {
    await this.#written();
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
    const moment = { now: this.#clock.wall(), graceMs: GRACE_MS, forgets: this.#mayExpire(), version: never };
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
    if (this.#disk.isFull && changed.size > 0) {
      for (const { reject } of jobs) reject(full());
      return;
    }
    for (const [key, record] of changed) {
      if (record === undefined) this.#disk.records.delete(key);
      else this.#disk.records.set(key, record);
      this.#raise(record?.version.stamp ?? 0n);
    }
    for (const [place, job] of jobs.entries()) {
      const outcome = answers[place];
      if (outcome && 'answer' in outcome) job.resolve(outcome.answer);
      else job.reject(outcome?.refusal);
    }
  }

  /** As the mark of the store: after a crash the clock goes on behind what is on the disk. */
  #raise(stamp: Stamp): void {
    const { standing } = this.#disk;
    if (stamp > standing.limit) this.#disk.standing = { ...standing, limit: stamp };
  }

  async #written(): Promise<void> {
    await this.#synced();
    if (this.#disk.isFull) throw full();
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

const full = () => new OpsbroError('disk_full', 'the disk is full');

const never = (): never => {
  throw new Error('versions come from the coordinator');
};
