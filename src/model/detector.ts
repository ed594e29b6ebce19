import type { Level } from './pack.ts';

/** Everything known of a detector of this node. Times are epoch milliseconds; `null` before the first. */
export interface DetectorRecord {
  /** `<pack>/<path>`, the same on every node. */
  readonly id: string;
  readonly packName: string;
  readonly packLevel: Level;
  /** The rule as written. */
  readonly applyIf: string;
  /** The groups as written, holes included. */
  readonly addGroups: readonly string[];
  readonly intervalMs: number;
  /** Groups the node is in because of it. */
  readonly groups: readonly string[];
  /** Empty when the rule held or plainly did not; else what was missing or wrong. */
  readonly log: string;
  readonly lastRun: number | null;
}

/** What a run of detectors that somebody asked for found. */
export interface DetectorTrial {
  /** All groups of the node after it, sorted. */
  readonly groups: readonly string[];
  /** Those it was not in before. */
  readonly added: readonly string[];
  /** Those it is not in any more. */
  readonly removed: readonly string[];
  /** By detector, why it gave nothing when that is not plain. */
  readonly logs: ReadonlyMap<string, string>;
}
