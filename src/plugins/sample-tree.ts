import { toRate } from '../base/numbers.ts';
import type { Metrics, Value } from '../model/metrics.ts';
import type { Sample } from '../model/sample.ts';
import { advance } from './rates.ts';

interface Counted {
  readonly volume: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Sums of more are not kept; those that nothing was added to for longest begin anew, as of machines that are gone. */
const MOST_SUMS = 20_000;

/**
 * Turns the samples of each run into a tree as that of a collector: gauges are as they are, deltas are summed, and of counts that only grow
 * there is also what they grew per second of the time between the samples. A count that went down was reset, and gives no rate then.
 */
export class SampleTree {
  readonly #sums = new Map<string, number>();
  #counts = new Map<string, Counted>();

  /** The tree of a run. Samples of `own` stand under the name of their meter, those of other resources under the id of these. */
  of(samples: readonly Sample[], own: string | undefined): Metrics {
    const tree: Branch = new Map();
    const counts = new Map<string, Counted>();
    for (const sample of samples) {
      const path = [...(sample.resourceId === own ? [] : [sample.resourceId]), ...sample.name.split('.')];
      const key = JSON.stringify(path);
      switch (sample.type) {
        case 'gauge':
          put(tree, path, sample.volume);
          break;
        case 'delta':
          put(tree, path, this.#addTo(key, sample.volume));
          break;
        case 'cumulative': {
          const now = { volume: sample.volume, at: Date.parse(sample.timestamp) };
          const rate = rateBetween(this.#counts.get(key), now);
          counts.set(key, now);
          put(tree, path, sample.volume);
          if (rate !== undefined) put(tree, [...path.slice(0, -1), `${path.at(-1)}/s`], rate);
        }
      }
    }
    // What was not seen this time starts anew.
    this.#counts = counts;
    return plain(tree);
  }

  #addTo(key: string, volume: number): number {
    const sum = (this.#sums.get(key) ?? 0) + volume;
    // The one that was added to last is the last of them.
    this.#sums.delete(key);
    this.#sums.set(key, sum);
    const [oldest] = this.#sums.size > MOST_SUMS ? this.#sums.keys() : [];
    if (oldest !== undefined) this.#sums.delete(oldest);
    return sum;
  }
}

function rateBetween(before: Counted | undefined, now: Counted): number | undefined {
  const grown = advance(before?.volume, now.volume);
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  return grown === undefined || seconds <= 0 ? undefined : toRate(grown / seconds);
}

type Branch = Map<string, number | Branch>;

/** Puts a number at a place; where a name on the way is a number itself, the rest of the way is one name with dots. */
function put(tree: Branch, [first = '', ...rest]: readonly string[], value: number): void {
  const there = tree.get(first);
  if (rest.length === 0 && !(there instanceof Map)) tree.set(first, value);
  else if (rest.length === 0) {
    // The branch was first: its leaves move aside.
    tree.set(first, value);
    for (const [path, leaf] of leavesOf(there instanceof Map ? there : new Map())) tree.set(`${first}.${path}`, leaf);
  } else if (typeof there === 'number') tree.set([first, ...rest].join('.'), value);
  else {
    const branch: Branch = there ?? new Map();
    tree.set(first, branch);
    put(branch, rest, value);
  }
}

function* leavesOf(tree: Branch): Generator<readonly [path: string, leaf: number]> {
  for (const [name, value] of tree) {
    if (typeof value === 'number') yield [name, value];
    else for (const [path, leaf] of leavesOf(value)) yield [`${name}.${path}`, leaf];
  }
}

const plain = (tree: Branch): Metrics =>
  Object.fromEntries(
    Array.from(tree, ([name, value]): [string, Value] => [name, value instanceof Map ? plain(value) : value]),
  );
