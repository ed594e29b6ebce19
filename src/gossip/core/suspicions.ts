import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';
import { type SuspicionBounds, suspicionBounds, suspicionTimeout } from './formulas.ts';

interface Suspicion {
  readonly incarnation: number;
  start: number;
  readonly bounds: SuspicionBounds;
  /** Everyone who accuses it; the first is no confirmation. */
  readonly accusers: Set<string>;
  timer: Appointment;
  /** Whether it left our last question without an answer. */
  isSilent: boolean;
}

/** What stands against a suspect when its time is up. */
export interface Charge {
  readonly name: string;
  readonly incarnation: number;
  /** Accusers beside the first. */
  readonly confirmations: number;
  /** Whether it left our last question without an answer; else it is the word of others alone. */
  readonly isSilent: boolean;
}

/** Who is suspected at the moment, since when and by whom; each ends in a death unless it is cancelled before. */
export class Suspicions {
  readonly #running = new Map<string, Suspicion>();
  readonly #desk: Desk;
  readonly #expired: (charge: Charge) => void;

  /** `expired` is told when a suspect's time is up. */
  constructor(desk: Desk, expired: (charge: Charge) => void) {
    this.#desk = desk;
    this.#expired = expired;
  }

  /** Starts the time of a suspect in a pool of `n`. */
  start(name: string, incarnation: number, { from, n }: { readonly from: string; readonly n: number }): void {
    this.cancel(name);
    const bounds = suspicionBounds(n, this.#desk.profile);
    const timer = this.#desk.later(suspicionTimeout(bounds, 0), () => this.#end(name));
    const accusers = new Set([from]);
    this.#running.set(name, { incarnation, start: this.#desk.now, bounds, accusers, timer, isSilent: false });
  }

  /** What became of a question of ours to a suspect; the last one counts. */
  asked(name: string, outcome: 'answered' | 'silent'): void {
    const suspicion = this.#running.get(name);
    if (suspicion) suspicion.isSilent = outcome === 'silent';
  }

  /** One more accuser; true when it is news and shortened the time, so that it is worth telling on. */
  confirm(name: string, from: string): boolean {
    const suspicion = this.#running.get(name);
    if (!suspicion || suspicion.accusers.has(from) || suspicion.accusers.size > suspicion.bounds.needed) return false;
    suspicion.accusers.add(from);
    const end = suspicion.start + suspicionTimeout(suspicion.bounds, suspicion.accusers.size - 1);
    suspicion.timer.cancelled = true;
    suspicion.timer = this.#desk.later(Math.max(0, end - this.#desk.now), () => this.#end(name));
    return true;
  }

  /** How many others confirmed a suspicion, and how long it lasts now, in milliseconds; nothing when there is none. */
  progress(name: string): { readonly confirmations: number; readonly timeoutMs: number } | undefined {
    const suspicion = this.#running.get(name);
    if (!suspicion) return undefined;
    const confirmations = suspicion.accusers.size - 1;
    return { confirmations, timeoutMs: suspicionTimeout(suspicion.bounds, confirmations) };
  }

  /** This node stood still for so long: as if every suspicion had begun later. Their appointments are put off with all others. */
  postpone(ms: number): void {
    for (const suspicion of this.#running.values()) suspicion.start += ms;
  }

  cancel(name: string): void {
    const suspicion = this.#running.get(name);
    if (suspicion) suspicion.timer.cancelled = true;
    this.#running.delete(name);
  }

  #end(name: string): void {
    const suspicion = this.#running.get(name);
    this.#running.delete(name);
    if (!suspicion) return;
    const { incarnation, accusers, isSilent } = suspicion;
    this.#expired({ name, incarnation, confirmations: accusers.size - 1, isSilent });
  }
}
