import { readVarint, writeVarint } from './varint.ts';

/** Runs of slots with a value and without, in turn, as numbers of seven bits a byte; the first and the last run have values. */
export function encodeGaps(slots: Float64Array): Uint8Array {
  const bytes: number[] = [];
  let length = 0;
  let isGap = false;
  for (let at = 0; at < slots.length; at++) {
    if (Number.isNaN(slots[at]) !== isGap) {
      writeVarint(length, bytes);
      length = 0;
      isGap = !isGap;
    }
    length += 1;
  }
  writeVarint(length, bytes);
  return Uint8Array.from(bytes);
}

/** Where the runs end in the bytes, and their lengths. */
export interface Gaps {
  readonly end: number;
  readonly runs: readonly number[];
  readonly slots: number;
}

/** Reads runs until they hold `count` values. Throws a `RangeError` when they do not fit together. */
export function decodeGaps(bytes: Uint8Array, at: number, count: number): Gaps {
  const runs: number[] = [];
  let [end, values, slots] = [at, 0, 0];
  while (values < count) {
    const { value: length, end: next } = readVarint(bytes, end);
    end = next;
    if (runs.length % 2 === 0) values += length;
    slots += length;
    runs.push(length);
  }
  if (values !== count) throw new RangeError('the gaps of the block hold too many values');
  return { end, runs, slots };
}

/** Puts values in their slots; the others are NaN. */
export function spread(values: Float64Array, { runs, slots }: Gaps): Float64Array {
  const spaced = new Float64Array(slots).fill(Number.NaN);
  let [from, to] = [0, 0];
  runs.forEach((length, run) => {
    if (run % 2 === 0) {
      spaced.set(values.subarray(from, from + length), to);
      from += length;
    }
    to += length;
  });
  return spaced;
}
