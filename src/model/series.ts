/** A level of detail in which a series is kept: so many points, a step of seconds apart. */
export interface Archive {
  readonly step: number;
  readonly points: number;
}

/** How several values become one. */
export const AGGREGATION_METHODS = ['average', 'sum', 'last', 'max', 'min', 'avg_zero', 'absmax', 'absmin'] as const;
export type AggregationMethod = (typeof AGGREGATION_METHODS)[number];

/** How a series is kept: its archives, the finest first, and how a coarse slot comes from finer ones. */
export interface Layout {
  readonly archives: readonly Archive[];
  readonly method: AggregationMethod;
  /** The part of the finer slots, 0 to 1, that must have values for the coarse one to have one. */
  readonly xFilesFactor: number;
}

/** Who has a series written: the agent itself, or somebody who sends points. */
export type SeriesOrigin = 'own' | 'received';

/** Values of one series: the first slot begins at `first` (epoch seconds), each is `step` seconds long; NaN where there is none. */
export interface SeriesValues {
  readonly name: string;
  readonly first: number;
  readonly step: number;
  readonly values: Float64Array;
}

/** A time from (not included) and until (included), both in epoch seconds. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

/** How the store is. */
export interface SeriesStats {
  readonly series: number;
  readonly maxSeries: number;
  /** Points taken in since the start. */
  readonly points: number;
  /** Points that were not taken, by reason, since the start. */
  readonly refused: ReadonlyMap<string, number>;
  /** Points that only memory and the log have so far. */
  readonly waiting: number;
  /** Bytes of all blocks, without names and log. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly blocks: number;
  /** Blocks that could not be read since the start. */
  readonly badBlocks: number;
  /** What is not as it should be, in words for people, by code. */
  readonly troubles: ReadonlyMap<string, string>;
}

/** Something that a pattern fits: a series, or a beginning of names of series, without its dot. One path may be both. */
export interface FoundPath {
  readonly path: string;
  readonly isLeaf: boolean;
}

/** The series of this node, to be read. */
export interface SeriesReader {
  /**
   * The names that fit a pattern, sorted: `*`, `?`, `[a-z]`, `[!a]` and `{a,b}` stand for parts of one element between dots. Throws
   * `bad_request` for a pattern that is none, or stands for too much.
   */
  names(pattern: string): readonly string[];
  /** As `names`, but of paths of as many elements as the pattern has, whether names end with them or go on; sorted. */
  find(pattern: string): readonly FoundPath[];
  /**
   * The names whose tags fit all expressions (`tag=v`, `tag!=v`, `tag=~regex`, `tag!=~regex`), sorted. Fails with `bad_request` for wrong
   * ones, and when none of them asks for a value.
   */
  tagged(expressions: readonly string[]): Promise<readonly string[]>;
  /** The values of a tag, and how many series have each; of every tag when there is no name. */
  tagValues(tag?: string): ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** How values of that series become one; `undefined` for an unknown one. */
  methodOf(name: string): AggregationMethod | undefined;
  /** The names that begin so, sorted: `limit` of them at most, those behind `after`. */
  beginningWith(prefix: string, page: { readonly after: string; readonly limit: number }): readonly string[];
  /** The values of these series in the finest archive that goes back to `from`. Unknown names are left out. Throws `too_large`. */
  read(names: readonly string[], range: TimeRange): Promise<readonly SeriesValues[]>;
  stats(): SeriesStats;
}

/** Drops series of this node. */
export interface SeriesRemover {
  /** Drops the series of these names with all their points; resolves to how many there were. */
  remove(names: readonly string[]): Promise<number>;
}
