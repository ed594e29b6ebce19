import type { Random } from '../../base/random.ts';
import { type Coordinate, ORIGIN } from '../wire/ack-payload.ts';

/**
 * Vivaldi with the height, the adjustment and the gravity of Serf (its package `coordinate`, with its default configuration). All in
 * seconds. Pure.
 */

const ERROR_MAX = 1.5;
const ERROR_GAIN = 0.25;
const MOVE_GAIN = 0.25;
const HEIGHT_MIN = 1e-5;
const ADJUSTMENT_WINDOW = 20;
const GRAVITY_RHO = 150;
/** Nearer than this is the same place. */
const ZERO = 1e-6;

/** Where a node is, and by how much its last measurements differed from that. */
export interface Position {
  readonly coordinate: Coordinate;
  /** The last 20 differences, the oldest first; fewer at first. */
  readonly differences: readonly number[];
}

/** Where every node is before its first measurement. */
export const START: Position = { coordinate: ORIGIN, differences: [] };

/** The estimated round trip between two coordinates, without the adjustments. */
function rawDistance(a: Coordinate, b: Coordinate): number {
  return magnitude(difference(a.vec, b.vec)) + a.height + b.height;
}

/** The estimated round trip between two coordinates, in seconds. */
export function distance(a: Coordinate, b: Coordinate): number {
  const raw = rawDistance(a, b);
  const adjusted = raw + a.adjustment + b.adjustment;
  return adjusted > 0 ? adjusted : raw;
}

/** Where a node is after it has measured a round trip of `rtt` seconds to another; at the start again when that makes no sense. */
export function moved({ coordinate, differences }: Position, other: Coordinate, rtt: number, random: Random): Position {
  const pulled = pull(coordinate, other, Math.max(rtt, ZERO), random);
  const recent = [...differences, rtt - rawDistance(pulled, other)].slice(-ADJUSTMENT_WINDOW);
  const adjustment = recent.reduce((sum, each) => sum + each, 0) / (2 * ADJUSTMENT_WINDOW);
  const adjusted = { ...pulled, adjustment };
  const force = -((distance(ORIGIN, adjusted) / GRAVITY_RHO) ** 2);
  const result = pushed(adjusted, ORIGIN, force, random);
  return isValid(result) ? { coordinate: result, differences: recent } : START;
}

/** Whether a coordinate can be reckoned with. */
export function isValid({ vec, height, adjustment, error }: Coordinate): boolean {
  return [...vec, height, adjustment, error].every(Number.isFinite) && height >= 0 && error >= 0;
}

function pull(own: Coordinate, other: Coordinate, rtt: number, random: Random): Coordinate {
  const shown = distance(own, other);
  const wrongness = Math.abs(shown - rtt) / rtt;
  const weight = own.error / Math.max(own.error + other.error, ZERO);
  const gain = ERROR_GAIN * weight;
  const error = Math.min(ERROR_MAX, gain * wrongness + own.error * (1 - gain));
  return pushed({ ...own, error }, other, MOVE_GAIN * weight * (rtt - shown), random);
}

/** Away from another by this force; towards it when the force is negative. */
function pushed(own: Coordinate, other: Coordinate, force: number, random: Random): Coordinate {
  const way = difference(own.vec, other.vec);
  const length = magnitude(way);
  const isApart = length > ZERO;
  const unit = isApart ? way.map((each) => each / length) : anyDirection(own.vec.length, random);
  const vec = own.vec.map((each, place) => each + force * (unit[place] ?? 0));
  if (!isApart) return { ...own, vec };
  return { ...own, vec, height: Math.max(HEIGHT_MIN, own.height + ((own.height + other.height) * force) / length) };
}

/** Two at the same place push each other apart in any direction. */
function anyDirection(dimensions: number, random: Random): number[] {
  const way = Array.from({ length: dimensions }, () => random() - 0.5);
  const length = magnitude(way);
  if (length <= ZERO) return way.map((_, place) => (place === 0 ? 1 : 0));
  return way.map((each) => each / length);
}

const difference = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((each, place) => each - (b[place] ?? 0));

const magnitude = (vec: readonly number[]): number => Math.sqrt(vec.reduce((sum, each) => sum + each * each, 0));
