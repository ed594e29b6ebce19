import type { Metrics } from './metrics.ts';

/** A number that a collector saw and what it belongs to: it makes a series with tags. */
export interface TaggedNumber {
  /** Keys that name it, without those that stand for what the tags say. */
  readonly path: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly value: number;
}

const TAGGED = new WeakMap<Metrics, readonly TaggedNumber[]>();

/** Notes which numbers of a tree have tags. It is forgotten with the tree. */
export function tagNumbers(tree: Metrics, numbers: readonly TaggedNumber[]): void {
  if (numbers.length > 0) TAGGED.set(tree, numbers);
}

/** The numbers of a tree that have tags. */
export const taggedIn = (tree: Metrics): readonly TaggedNumber[] => TAGGED.get(tree) ?? [];
