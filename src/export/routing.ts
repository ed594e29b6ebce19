import { messageOf, OpsbroError } from '../base/errors.ts';
import { hashRing, placed } from '../base/placement.ts';

/** Which series somebody gets. */
export interface Wanted {
  /** Names it among the others, always alike. */
  readonly id: string;
  /** Regular expressions of RE2, found anywhere in a name; none stand for all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Every series, or those that a ring of all who say `hash` gives it. */
  readonly replication: 'all' | 'hash';
}

/** Whether a name fits one of some patterns. */
type Fits = (name: string) => boolean;

/** Names whose way is remembered; then all are forgotten. */
const MOST = 200_000;

/** Knows to whom each series goes, by its name. */
export class Routing {
  readonly #rules: readonly ((name: string) => boolean)[];
  readonly #known = new Map<string, readonly number[]>();

  private constructor(rules: readonly ((name: string) => boolean)[]) {
    this.#rules = rules;
  }

  /** Throws `invalid_config` for a pattern that is no regular expression of RE2. */
  static async make(all: readonly Wanted[]): Promise<Routing> {
    const ring = hashRing(all.filter(({ replication }) => replication === 'hash').map(({ id }) => id));
    const rules = all.map(async ({ id, include, exclude, replication }) => {
      const isIncluded = include.length === 0 ? () => true : await fitting(include);
      const isExcluded = await fitting(exclude);
      const isPlaced = replication === 'all' ? () => true : (name: string) => placed(name, ring, 1)[0] === id;
      return (name: string) => isIncluded(name) && !isExcluded(name) && isPlaced(name);
    });
    return new Routing(await Promise.all(rules));
  }

  /** The places, among all who want something, of those who get the series. */
  placesOf(name: string): readonly number[] {
    const known = this.#known.get(name);
    if (known) return known;
    if (this.#known.size >= MOST) this.#known.clear();
    const places = this.#rules.flatMap((isWanted, place) => (isWanted(name) ? [place] : []));
    this.#known.set(name, places);
    return places;
  }
}

async function fitting(patterns: readonly string[]): Promise<Fits> {
  if (patterns.length === 0) return () => false;
  // Names come from the network, so no pattern may take longer than their length.
  const { RE2JS } = await import('re2js');
  const compiled = patterns.map((pattern) => {
    try {
      return RE2JS.compile(pattern);
    } catch (error) {
      const text = `graphite.forward: the pattern "${pattern}" is wrong: ${messageOf(error)}`;
      throw new OpsbroError('invalid_config', text, { cause: error });
    }
  });
  return (name) => compiled.some((pattern) => pattern.matcher(name).find());
}
