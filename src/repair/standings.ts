import type { Shelf } from '../base/shelf.ts';
import { type Breaker, CLOSED, failed, isBreaker } from './breaker.ts';
import type { Deed } from './repair-world.ts';
import { type RepairRules, rulesOf } from './rules.ts';
import { interrupted, isStanding, type Standing, UNTOUCHED } from './standing.ts';

const BREAKER = 'breaker';
const DEFAULTS = rulesOf({ name: '', options: {} });

interface Kept {
  readonly standing: Standing;
  readonly rules: RepairRules;
}

const keyOf = (service: string, check: string, action: string): string => [service, check, action].join('\n');

/** Where all actions stand, kept over restarts. */
export class Standings {
  readonly #shelf: Shelf;
  readonly #kept = new Map<string, Kept>();
  #breaker: Breaker = CLOSED;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Takes back what was kept; answers with what was broken off, by service, check and action. */
  async restore(): Promise<ReadonlyMap<string, Standing>> {
    const broken = new Map<string, Standing>();
    for (const [key, kept] of await this.#shelf.load()) {
      if (key === BREAKER && isBreaker(kept)) this.#breaker = kept;
      else if (!isStanding(kept)) this.#shelf.delete(key);
      else {
        const standing = interrupted(kept);
        if (standing.activity === 'interrupted' && kept.activity !== 'interrupted') broken.set(key, kept);
        this.#kept.set(key, { standing, rules: DEFAULTS });
        this.#shelf.put(key, standing);
      }
    }
    return broken;
  }

  of(service: string, check: string, action: string): Standing {
    return this.#kept.get(keyOf(service, check, action))?.standing ?? UNTOUCHED;
  }

  set({ target, action, rules }: Deed, change: (standing: Standing) => Standing): Standing {
    const key = keyOf(target.service, target.check, action.name);
    const standing = change(this.#kept.get(key)?.standing ?? UNTOUCHED);
    this.#put(key, { standing, rules });
    return standing;
  }

  /** Changes those of a check that were ever touched. */
  change(service: string, check: string, change: (standing: Standing, rules: RepairRules) => Standing): void {
    for (const [key, kept] of this.#of(service, check)) {
      const standing = change(kept.standing, kept.rules);
      const isSame = JSON.stringify(standing) === JSON.stringify(kept.standing);
      if (!isSame) this.#put(key, { ...kept, standing });
    }
  }

  reset(service: string, check: string): void {
    for (const [key, { standing }] of this.#of(service, check)) {
      if (standing.activity !== 'idle' && standing.activity !== 'interrupted') continue;
      this.#kept.delete(key);
      this.#shelf.delete(key);
    }
  }

  get breaker(): Breaker {
    return this.#breaker;
  }

  /** Notes that a repair failed that had started by itself; answers whether that was one too many. */
  noteFailure(most: number, now: number): boolean {
    const before = this.#breaker;
    this.#breaker = failed(before, most, now);
    this.#shelf.put(BREAKER, this.#breaker);
    return before.openSince === null && this.#breaker.openSince !== null;
  }

  closeBreaker(): void {
    this.#breaker = CLOSED;
    this.#shelf.put(BREAKER, CLOSED);
  }

  /** Resolves when all of it is on stable storage. */
  flushed(): Promise<void> {
    return this.#shelf.flushed();
  }

  #of(service: string, check: string): [string, Kept][] {
    const prefix = keyOf(service, check, '');
    return [...this.#kept].filter(([key]) => key.startsWith(prefix));
  }

  #put(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#shelf.put(key, kept.standing);
  }
}
