import { HISTORY_BYTES, LOG_BYTES } from './pool.ts';
import { median, type Sample } from './samples.ts';

/** A span of hours of the soak. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** After warming up, and the end: the same number of lives of those that are killed lies in both. */
export const EARLY: Span = { from: 2, to: 8 };
export const LATE: Span = { from: 18, to: 24 };
const SECOND_HALF: Span = { from: 12, to: 24 };

const MIB = 1_048_576;
/** Parts of an agent that may have a log file, and files of one day and part: the one that is written, and ten set aside. */
const LOG_PARTS = 12;
const LOG_FILES = 11;
/**
 * What a store may waver by while what it holds stays the same: the journal that it writes and the one before, each as long as the buffer
 * in memory, and as much again of tables that are about to be merged.
 */
const wavering = (buffer: number) => 3 * buffer;
/** Kinds of history, each of which is as long as the configuration allows. */
const HISTORIES = 6;
/** A point takes about 1.7 bytes in all archives; before its block is full it lies in a journal, with its place. */
const POINT_BYTES = 20;
/** Descriptors and timers that come and go with clients. */
const FEW = 10;

const within = (samples: readonly Sample[], { from, to }: Span, hour: number) =>
  samples.filter(({ at }) => at >= from * hour && at < to * hour);

/** The growth of a number of an agent from the early hours to the last ones, as a factor. */
export function growthOf(samples: readonly Sample[], hour: number, pick: (sample: Sample) => number): number {
  return median(within(samples, LATE, hour).map(pick)) / median(within(samples, EARLY, hour).map(pick));
}

/** What is wrong with one agent's samples; `most` is the factor that its memory may grow by. */
export function faultsOf(samples: readonly Sample[], hour: number, most: number): string[] {
  const [early, late] = [within(samples, EARLY, hour), within(samples, LATE, hour)];
  const name = samples[0]?.agent ?? 'nobody';
  if (early.length === 0 || late.length === 0) return [`${name} has no samples to compare`];
  const faults: string[] = [];
  const memory = growthOf(samples, hour, (sample) => sample.memory);
  if (!(memory <= most))
    faults.push(`${name}: memory of the last hours is ${memory.toFixed(3)} of that of the early ones`);
  for (const kind of ['fds', 'handles'] as const) {
    const [before, after] = [early, late].map((some) => median(some.map((sample) => sample[kind])));
    if (!(Number(after) <= Number(before) + FEW)) faults.push(`${name}: ${kind} grew from ${before} to ${after}`);
  }
  return [...faults, ...folderFaults(name, within(samples, SECOND_HALF, hour))];
}

/** Folders that grew by more than they may while what they hold stayed the same; logs that are larger than they may be. */
function folderFaults(name: string, samples: readonly Sample[]): string[] {
  const quarter = Math.ceil(samples.length / 4);
  const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)];
  const faults: string[] = [];
  for (const folder of samples.at(-1)?.folders.keys() ?? []) {
    const sizeIn = (some: readonly Sample[]) => median(some.map(({ folders }) => folders.get(folder) ?? 0));
    const [before, after] = [sizeIn(first), sizeIn(last)];
    const allowed = allowanceOf(folder, before, pointsOf(samples));
    if (after > allowed) faults.push(`${name}: ${folder} has ${after} bytes, before ${before}, allowed ${allowed}`);
  }
  return faults;
}

/** Bytes that a folder may have at the end that had `before` in the middle, when its agent took so many points meanwhile. */
function allowanceOf(folder: string, before: number, points: number): number {
  switch (folder) {
    case 'log':
      return LOG_PARTS * LOG_FILES * LOG_BYTES;
    case 'data/kv':
      return before + wavering(4 * MIB);
    case 'data/state':
      return before + wavering(MIB / 2) + HISTORIES * HISTORY_BYTES;
    case 'data/ts':
      return before + wavering(MIB) + points * POINT_BYTES;
    default:
      return before + MIB / 16;
  }
}

/** Points that came during these samples; the count begins anew when the agent does. */
function pointsOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { points }, at) => {
    const before = samples[at - 1]?.points ?? points;
    return sum + (points >= before ? points - before : points);
  }, 0);
}
