import { endpointText } from '../net/address.ts';
import type { Remembered } from './core/effect.ts';
import type { Memory } from './memory.ts';

interface Options {
  readonly zone: string;
  readonly rejoinAfterLeave?: boolean;
}

/** Members of the last run that the core does not know of yet. Who left on purpose does not come back to them by itself. */
export class LastRun {
  #members: readonly Remembered[];
  readonly #zone: string;

  constructor({ left, members }: Memory, { zone, rejoinAfterLeave = false }: Options) {
    this.#members = left && !rejoinAfterLeave ? [] : members;
    this.#zone = zone;
  }

  /** Where to look for those that lived, or were dead, when the last run ended; those of another zone are no company. */
  places(of: 'living' | 'dead'): string[] {
    return this.#ofOurZone.filter(({ isDead = false }) => isDead === (of === 'dead')).map(endpointText);
  }

  /** Those of our zone, who from now on are known elsewhere. */
  handOver(): readonly Remembered[] {
    const members = this.#ofOurZone;
    this.#members = [];
    return members;
  }

  /** Those that are not among `known`. */
  beside(known: ReadonlyMap<string, unknown>): readonly Remembered[] {
    return this.#members.filter(({ name }) => !known.has(name));
  }

  get #ofOurZone(): readonly Remembered[] {
    return this.#members.filter(({ zone }) => zone === '' || zone === this.#zone);
  }
}
