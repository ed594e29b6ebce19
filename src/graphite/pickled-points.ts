import { type Pickled, readPickle, type Sequence } from './pickle.ts';

/** A point as it was sent; the time is epoch seconds, -1 for now. */
export interface SentPoint {
  readonly path: string;
  readonly value: number;
  readonly time: number;
}

/** The points of one pickle, and how many of its items were none. */
export interface PickledPoints {
  readonly points: readonly SentPoint[];
  readonly bad: number;
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Reads `[(path, (time, value)), ...]`. Throws `PickleRefused`. */
export function readPoints(bytes: Buffer): PickledPoints {
  const read = readPickle(bytes);
  if (!isSequence(read)) return { points: [], bad: 1 };
  const points = read.items.map(pointOf).filter((point) => point !== undefined);
  return { points, bad: read.items.length - points.length };
}

function pointOf(item: Pickled): SentPoint | undefined {
  if (!isSequence(item)) return undefined;
  const [path, datapoint, ...more] = item.items;
  if (typeof path !== 'string' || !isSequence(datapoint) || more.length > 0 || datapoint.items.length !== 2)
    return undefined;
  const time = Math.trunc(numberOf(datapoint.items[0]));
  const value = numberOf(datapoint.items[1]);
  return Number.isFinite(value) && (time >= 0 || time === -1) ? { path, value, time } : undefined;
}

const isSequence = (value: Pickled | undefined): value is Sequence => typeof value === 'object' && value !== null;

function numberOf(value: Pickled | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : Number.NaN;
}
