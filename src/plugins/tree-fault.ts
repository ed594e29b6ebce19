/** A tree that is deeper or larger is a mistake, or has itself as a part. */
const DEEPEST = 32;
const MOST_VALUES = 200_000;

/**
 * What keeps a value from being the tree of a collector, in words for people; empty when nothing does. Code of packs may give anything, and
 * what is no tree could neither be told, nor kept, nor compared with the one before.
 */
export const treeFault = (given: unknown): string => new Looking().at(given, []);

/** Looks through one tree. */
class Looking {
  #left = MOST_VALUES;

  at(value: unknown, path: readonly string[]): string {
    this.#left -= 1;
    if (this.#left === 0) return `it has more than ${MOST_VALUES} values`;
    if (path.length > DEEPEST) return `it is more than ${DEEPEST} levels deep`;
    if (path.length > 0 && isLeaf(value)) return '';
    if (path.length > 0 && Array.isArray(value)) return this.#below(Object.entries(value), path);
    if (isPlain(value)) return this.#below(Object.entries(value), path);
    const place = path.length > 0 ? `"${path.join('.')}" is` : 'it is';
    return `${place} ${nameOf(value)}`;
  }

  #below(entries: readonly (readonly [string, unknown])[], path: readonly string[]): string {
    for (const [key, value] of entries) {
      if (/\p{Cc}/u.test(key)) return `the key ${JSON.stringify(key)} has control characters`;
      const fault = this.at(value, [...path, key]);
      if (fault !== '') return fault;
    }
    return '';
  }
}

const LEAVES = new Set(['number', 'string', 'boolean', 'undefined']);

const isLeaf = (value: unknown): boolean => value === null || LEAVES.has(typeof value);

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === null || kind === Object.prototype;
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return `an object of ${value.constructor?.name ?? 'some class'}`;
  return isLeaf(value) ? String(value) : `a ${typeof value}`;
}
