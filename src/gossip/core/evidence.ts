import type { EvidenceKind } from '../../model/pool.ts';

/** Numbers and words that belong to a kind of evidence. */
export type Detail = Readonly<Record<string, string | number>>;

/** Something that this node saw or was told about a member. */
export interface Observation {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly kind: EvidenceKind;
  /** Name of who saw or said it. */
  readonly by: string;
  /** The one that the member had, or that was spoken of. */
  readonly incarnation: number;
  readonly detail: Detail;
}

/** Observations that are kept of one member. */
const RING = 64;
/** Members about whom something is kept; whose newest is the oldest goes first. */
const MAX_MEMBERS = 1_024;
/** Kinds by which their teller accuses the member. */
const ACCUSATIONS: ReadonlySet<EvidenceKind> = new Set(['suspect', 'suspect-received']);
/** Someone who was forgotten can be asked about for so long. */
const KEEP_FORGOTTEN_MS = 3_600_000;

/** What is remembered of how members came to be as they are: the newest of each. Costs nothing for a member that nothing happens to. */
export class EvidenceBook {
  readonly #byName = new Map<string, Observation[]>();
  /** Until when forgotten members are kept. */
  readonly #forgotten = new Map<string, number>();

  /** Adds an observation about a member. */
  add(name: string, observation: Observation): void {
    const ring = this.#byName.get(name) ?? [];
    if (ring.length >= RING) ring.shift();
    ring.push(observation);
    this.#forgotten.delete(name);
    // At the end of the map, as the last to go.
    this.#byName.delete(name);
    this.#byName.set(name, ring);
    if (this.#byName.size > MAX_MEMBERS) this.#drop(this.#byName.keys().next().value ?? name);
  }

  /** Adds what belongs to the newest observation of that kind, incarnation and teller; as one of its own if there is none. */
  complete(name: string, observation: Observation): void {
    const { kind, by, incarnation, detail } = observation;
    const ring = this.#byName.get(name) ?? [];
    const isSame = (each: Observation) => each.kind === kind && each.by === by && each.incarnation === incarnation;
    const place = ring.findLastIndex(isSame);
    const known = ring[place];
    if (known) ring[place] = { ...known, detail: { ...known.detail, ...detail } };
    else this.add(name, observation);
  }

  /** Whom each accuser accused since a time, as far as it is kept. */
  accusations(since: number): ReadonlyMap<string, ReadonlySet<string>> {
    const accused = new Map<string, Set<string>>();
    for (const [name, ring] of this.#byName) {
      for (const { at, kind, by } of ring) {
        if (at < since || !ACCUSATIONS.has(kind)) continue;
        const all = accused.get(by) ?? new Set();
        accused.set(by, all.add(name));
      }
    }
    return accused;
  }

  /** What is known about a member, oldest first. */
  of(name: string, now: number): readonly Observation[] {
    this.#dropExpired(now);
    return [...(this.#byName.get(name) ?? [])];
  }

  /** The member is no longer in the list; what is known about it is kept for an hour. */
  forget(name: string, now: number): void {
    this.#dropExpired(now);
    if (this.#byName.has(name)) this.#forgotten.set(name, now + KEEP_FORGOTTEN_MS);
  }

  #dropExpired(now: number): void {
    for (const [name, until] of this.#forgotten) if (until <= now) this.#drop(name);
  }

  #drop(name: string): void {
    this.#byName.delete(name);
    this.#forgotten.delete(name);
  }
}
