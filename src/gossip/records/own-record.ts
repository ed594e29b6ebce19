import type { Appointment } from '../core/agenda.ts';
import type { Desk } from '../core/desk.ts';
import { type Entry, PART_NAMES, type PartChange, type PartName } from '../core/effect.ts';
import type { Self } from '../core/self.ts';
import { ownTags, type TagFacts } from '../serf/own-tags.ts';
import type { Delta } from './bodies.ts';
import { readFlag, readTexts } from './entries.ts';
import type { Library } from './library.ts';
import { changed, difference, digestOf, fitting, isNoChange, isTooLarge, realChange } from './part.ts';

/** Changes within this time are told as one. */
const BATCH_MS = 200;
/** The tag of the record's version alone is renewed at most this often: deltas carry the news faster. */
const RECORD_TAG_MS = 2_000;
/** Versions told in the last second of a run may not have reached the disk; the next run starts above them. */
const VERSION_LEAP = 16;

interface Parts {
  readonly desk: Desk;
  readonly self: Self;
  readonly library: Library;
  readonly facts: TagFacts;
  /** The versions of the last run. */
  readonly versions: Readonly<Record<PartName, number>>;
  /** Tells the pool of a change; false when it is too long for that and has to be fetched by those who see our tags. */
  readonly publish: (delta: Delta) => boolean;
}

/** What this node says of itself: known here at once, to the pool in batches, under versions that never repeat. */
export class OwnRecord {
  readonly #parts: Parts;
  readonly #pending = new Map<PartName, { readonly set: Map<string, Entry>; readonly del: Set<string> }>();
  /** Entries that their part has no room for. */
  readonly #leftOut = new Map<PartName, ReadonlyMap<string, Entry>>();
  #batch: Appointment | undefined;
  #renewal: Appointment | undefined;
  #lastRenewal = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const part of PART_NAMES) {
      const last = parts.versions[part];
      if (last > 0) this.#setVersion(part, last + VERSION_LEAP);
    }
  }

  /** Changes entries of a part. What a part has no room for is left out by name order, until there is room again. */
  change(part: PartName, wanted: PartChange): void {
    const { desk, library, facts } = this.#parts;
    const { version, entries } = library.get(facts.id)[part];
    const change = this.#fit(part, entries, wanted);
    if (isNoChange(change)) return;
    library.apply({ id: facts.id, part }, version, change);
    this.#remember(part, change);
    this.#batch ??= desk.later(BATCH_MS, () => this.#publish());
  }

  /** Puts on the tags as the record is now, if they differ from those we wear. */
  dress(): void {
    const { desk, self } = this.#parts;
    const tags = this.#tags();
    const worn = self.node.tags;
    const names = new Set([...tags.keys(), ...worn.keys()]);
    const differing = [...names].filter((name) => tags.get(name) !== worn.get(name));
    if (differing.length === 0) return;
    const wait = this.#lastRenewal + RECORD_TAG_MS - desk.now;
    if (differing.length === 1 && differing[0] === 'sv' && wait > 0) {
      this.#dressLater(wait);
      return;
    }
    this.#lastRenewal = desk.now;
    self.wear(tags);
  }

  /** Someone knows a newer version of our own part than we do: our disk was lost. We go on above it. */
  surpass(part: PartName, version: number): void {
    const { library, facts } = this.#parts;
    if (version <= library.get(facts.id)[part].version) return;
    this.#setVersion(part, version + 1);
    this.#keepVersions();
    this.dress();
  }

  /** The change without what there is no room for, and with what there is room for again. */
  #fit(part: PartName, told: ReadonlyMap<string, Entry>, change: PartChange): PartChange {
    const leftOut = this.#leftOut.get(part);
    if (leftOut === undefined && !isTooLarge(changed(told, change))) return realChange(told, change);
    const wanted = changed(new Map([...(leftOut ?? []), ...told]), change);
    const kept = fitting(wanted);
    const without = new Map([...wanted].filter(([name]) => !kept.has(name)));
    if (without.size === 0) this.#leftOut.delete(part);
    else this.#leftOut.set(part, without);
    if (without.size !== (leftOut?.size ?? 0)) {
      this.#parts.desk.do({ type: 'oversize', part, leftOut: without.size });
    }
    return difference(told, kept);
  }

  #dressLater(wait: number): void {
    this.#renewal ??= this.#parts.desk.later(wait, () => {
      this.#renewal = undefined;
      this.dress();
    });
  }

  #tags(): ReadonlyMap<string, string> {
    const { library, facts } = this.#parts;
    const record = library.get(facts.id);
    const isProxy = readFlag(record.base.entries.get('proxy')) ?? facts.isProxy;
    return ownTags(
      { ...facts, isProxy },
      `${library.sum(facts.id)}.${digestOf(record)}`,
      readTexts(record.base.entries.get('groups')),
    );
  }

  #remember(part: PartName, change: PartChange): void {
    const pending = this.#pending.get(part) ?? { set: new Map(), del: new Set() };
    this.#pending.set(part, pending);
    for (const name of change.del) {
      pending.set.delete(name);
      pending.del.add(name);
    }
    for (const [name, entry] of change.set) {
      pending.del.delete(name);
      pending.set.set(name, entry);
    }
  }

  #publish(): void {
    this.#batch = undefined;
    const { library, facts, publish } = this.#parts;
    for (const [part, { set, del }] of this.#pending) {
      const from = library.get(facts.id)[part].version;
      this.#setVersion(part, from + 1);
      const isCarried = publish({ id: facts.id, part, from, to: from + 1, set, del: [...del] });
      // The tag is all that tells of it: it must not wait.
      if (!isCarried) this.#lastRenewal = Number.NEGATIVE_INFINITY;
    }
    this.#pending.clear();
    this.#keepVersions();
    this.dress();
  }

  #setVersion(part: PartName, version: number): void {
    const { library, facts } = this.#parts;
    library.apply({ id: facts.id, part }, version, { set: new Map(), del: [] });
  }

  #keepVersions(): void {
    const { base, checks, services } = this.#parts.library.get(this.#parts.facts.id);
    const versions = { base: base.version, checks: checks.version, services: services.version };
    this.#parts.desk.do({ type: 'versions', versions });
  }
}
