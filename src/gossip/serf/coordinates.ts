import type { Random } from '../../base/random.ts';
import type { Coordinate } from '../wire/ack-payload.ts';
import { distance, isValid, moved, type Position, START } from './vivaldi.ts';

/** So many round trips of a member are looked at together; the middle one counts. */
const FILTER_SIZE = 3;
const MAX_RTT = 10;

/** What is known of how far a member is. */
interface Distant {
  readonly coordinate: Coordinate;
  /** The last round trips, in seconds; the oldest first. */
  readonly rtts: readonly number[];
}

/** Where we and the others are in the network, learnt from the round trips of probes. */
export class Coordinates {
  readonly #others = new Map<string, Distant>();
  readonly #random: Random;
  #own: Position = START;

  constructor(random: Random) {
    this.#random = random;
  }

  get own(): Coordinate {
    return this.#own.coordinate;
  }

  /** Where a member says it is. */
  of(name: string): Coordinate | undefined {
    return this.#others.get(name)?.coordinate;
  }

  /** Every other member that said where it is, by name. */
  get others(): ReadonlyMap<string, Pick<Distant, 'coordinate'>> {
    return this.#others;
  }

  /** The last measured round trip to a member, in milliseconds. */
  measured(name: string): number | undefined {
    const rtt = this.#others.get(name)?.rtts.at(-1);
    return rtt === undefined ? undefined : rtt * 1_000;
  }

  /** A member answered directly after so many milliseconds and said where it is. False when that makes no sense. */
  learn(name: string, coordinate: Coordinate, rttMs: number): boolean {
    const rtt = rttMs / 1_000;
    if (!isValid(coordinate) || coordinate.vec.length !== this.own.vec.length) return false;
    if (!(rtt >= 0 && rtt <= MAX_RTT)) return false;
    const rtts = [...(this.#others.get(name)?.rtts ?? []), rtt].slice(-FILTER_SIZE);
    this.#others.set(name, { coordinate, rtts });
    const middle = [...rtts].sort((a, b) => a - b)[Math.floor(rtts.length / 2)] ?? rtt;
    this.#own = moved(this.#own, coordinate, middle, this.#random);
    return true;
  }

  /** A member is no more. */
  forget(name: string): void {
    this.#others.delete(name);
  }
}

/** The estimated round trip between two coordinates, in milliseconds. */
export const estimatedMs = (a: Coordinate, b: Coordinate): number => distance(a, b) * 1_000;
