import type { KvDeleted, KvPutOptions, KvWritten } from '../../model/kv.ts';
import { entryOf } from '../pages.ts';
import { isLive } from '../record.ts';
import { readAt } from '../record-cache.ts';
import { damaged, deleting, type Merged, merging, putting, type Rule } from '../rules.ts';
import { nodeTag } from '../version.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { Outcome, Wish } from './messages.ts';
import type { Ports } from './ports.ts';
import { copiesWanted, type Wanted } from './quorum.ts';
import { ofTheFuture } from './refusals.ts';

interface Parts {
  readonly ports: Ports;
  readonly clock: HybridClock;
  /** Whether this node is the whole ring, and nothing else counts. */
  isAlone(): boolean;
}

const ALONE = { acked: 1, total: 1 };

/** Thrown by a rule when others came while it waited for its turn. */
class NotAlone extends Error {}

/** Does what clients want while this node is the whole ring: there is nobody to ask, and the order of writes is that of the disk. */
export class Solo {
  readonly #parts: Parts;
  readonly #tag: Uint8Array;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#tag = nodeTag(parts.ports.self);
  }

  /** Resolves with nothing when this node is not alone (any more): then nothing was done. Rejects with `cas_failed`, or what the disk says. */
  async run(wish: Wish): Promise<Outcome | undefined> {
    if (!this.#parts.isAlone() || copiesWanted(wish.copies, 1) > 1) return undefined;
    try {
      switch (wish.op) {
        case 'get':
          return await this.#get(wish.key);
        case 'put':
          return { op: 'put', written: await this.#put(wish.key, wish.value, wish.options), ...ALONE };
        case 'delete':
          return { op: 'delete', deleted: await this.#delete(wish.key, wish.cas) };
        case 'restore':
          return { op: 'restore', came: await this.#restore(wish) };
      }
    } catch (error) {
      if (error instanceof NotAlone) return undefined;
      throw error;
    }
  }

  /** What is read of a key, if that is known without the disk. */
  known(key: string, copies: Wanted): Outcome | undefined {
    const { records, clock } = this.#parts.ports;
    const known = copiesWanted(copies, 1) > 1 ? undefined : records.known(key);
    return known && { op: 'get', entry: readAt(clock.wall(), key, known), ...ALONE };
  }

  async #get(key: string): Promise<Outcome | undefined> {
    const { ports, isAlone } = this.#parts;
    const held = await ports.records.read(key);
    if (!isAlone()) return undefined;
    if (held === 'damaged') throw damaged(key);
    const entry = isLive(held, ports.clock.wall()) ? entryOf(key, held) : undefined;
    return { op: 'get', entry, ...ALONE };
  }

  #put(key: string, value: Uint8Array, options: KvPutOptions): Promise<KvWritten> {
    const { records } = this.#parts.ports;
    return records.ask(key, this.#stamped(putting(key, value, options)), key.length + value.length);
  }

  #delete(key: string, cas: string | undefined): Promise<KvDeleted> {
    return this.#parts.ports.records.ask(key, this.#stamped(deleting(key, cas)));
  }

  async #restore({ key, record }: Extract<Wish, { op: 'restore' }>): Promise<'stored' | 'superseded'> {
    const { ports, clock, isAlone } = this.#parts;
    if (clock.isTooFarAhead(record.version.stamp)) throw ofTheFuture(key);
    clock.hear(record.version.stamp);
    const rule: Rule<Merged> = (held, moment) => {
      if (!isAlone()) throw new NotAlone();
      return merging(key, record)(held, moment);
    };
    const merged = await ports.records.ask(key, rule, key.length + record.value.length);
    return merged === 'applied' ? 'stored' : 'superseded';
  }

  /** Versions come from the one clock of this node. What was heard of others, and those of them that wrote, stays behind. */
  #stamped<Done>(rule: Rule<Done>): Rule<Done> {
    const { clock, isAlone } = this.#parts;
    return (held, moment) => {
      if (!isAlone()) throw new NotAlone();
      return rule(held, { ...moment, version: (over) => ({ stamp: clock.issueWithRecord(over), tag: this.#tag }) });
    };
  }
}
