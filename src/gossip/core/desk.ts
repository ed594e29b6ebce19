import type { Random } from '../../base/random.ts';
import type { EvidenceKind } from '../../model/pool.ts';
import { Agenda, type Appointment } from './agenda.ts';
import { Awareness } from './awareness.ts';
import type { Effect } from './effect.ts';
import { type Detail, EvidenceBook } from './evidence.ts';
import type { Profile } from './profile.ts';

/** About whom something was observed, and under which incarnation. */
interface Observed {
  readonly name: string;
  readonly incarnation: number;
}

/** What all parts of the core share: the time of this step, the dice, what is to be done now and what later, and the counters. */
export class Desk {
  now = 0;
  readonly profile: Profile;
  readonly random: Random;
  readonly agenda = new Agenda();
  readonly counts = new Map<string, number>();
  readonly evidence = new EvidenceBook();
  /** How well this node itself does. */
  readonly awareness = new Awareness();
  #effects: Effect[] = [];
  #lastId = 0;

  constructor(profile: Profile, random: Random) {
    this.profile = profile;
    this.random = random;
  }

  /** Adds to what the shell does after this step. */
  do(effect: Effect): void {
    this.#effects.push(effect);
  }

  /** Everything added since the last call. */
  takeEffects(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  /** Keeps that something was seen of a member, or said of it `by` somebody. */
  observe({ name, incarnation }: Observed, kind: EvidenceKind, by: string, detail: Detail = {}): void {
    this.evidence.add(name, { at: this.now, kind, by, incarnation, detail });
  }

  /** As `observe`, but as the reasons of the same observation of the same one, if there is such without them. */
  explain({ name, incarnation }: Observed, kind: EvidenceKind, by: string, detail: Detail): void {
    this.evidence.complete(name, { at: this.now, kind, by, incarnation, detail });
  }

  /** Notes something to do `ms` from now. */
  later(ms: number, run: () => void): Appointment {
    return this.agenda.note(this.now + ms, run);
  }

  /** Does something every `ms`, the first time after a random part of it. The interval is asked for anew each time. */
  every(interval: () => number, run: () => void): void {
    const tick = () => {
      // Also after a fault: one that is met once must not end what is done for ever.
      try {
        run();
      } finally {
        this.later(interval(), tick);
      }
    };
    this.later(this.random() * interval(), tick);
  }

  /** A number that this core has not used before, for requests and probes. */
  nextId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0;
    return this.#lastId;
  }

  /** A whole number from 0 to below `limit`. */
  pick(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}
