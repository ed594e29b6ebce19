/** A single thing seen. `null` is a known nothing, unlike a missing key. */
export type Leaf = number | string | boolean | null;

export type Value = Leaf | readonly Value[] | Metrics;

/** What one run of a collector saw: a tree of named values, addressed in expressions as `collector.<name>.<path>`. */
export interface Metrics {
  readonly [name: string]: Value;
}
