import type { Version } from '../version.ts';
import { leafOf, recordHash, Tree } from './merkle.ts';
import { rangeOf, type View } from './view.ts';

/** So many keys may have changed before the trees are brought up to date. */
const MOST_MOVED = 1_024;

/** What a tree says of a key, and what it is to say. */
interface Moved {
  readonly before: Version | undefined;
  after: Version | undefined;
}

/**
 * The trees of what a node holds, true whenever they are asked for. For another view they are counted anew, in the order of the keys' bytes;
 * until a key is counted its changes are left out, as it will be found as it is then.
 */
export class Holdings {
  #view: View | undefined;
  #trees = new Map<string, Tree>();
  /** Keys that changed since the trees were brought up to date: of one that is written again and again only the last version costs a hash. */
  #moved = new Map<string, Moved>();
  /** Keys up to here are counted. */
  #counted = '';
  #phase: 'counting' | 'whole' = 'counting';

  /** Begins anew, unless the trees are those of this view already. Says from where on to count; `undefined` when nothing is left to count. */
  aim(view: View): string | undefined {
    if (this.#view?.id !== view.id) this.#begin(view);
    return this.#phase === 'whole' ? undefined : this.#counted;
  }

  /** Nothing is known any more: the next to aim counts anew. */
  forget(): void {
    this.#begin(undefined);
  }

  /** The next keys in order, and up to where they are all of them; `undefined`: to the end. */
  count(found: Iterable<readonly [string, Version]>, until: string | undefined): void {
    for (const [key, version] of found) this.#toggle(key, recordHash(key, version));
    if (until === undefined) this.#phase = 'whole';
    else this.#counted = until;
  }

  /** A record was replaced. */
  move(key: string, before: Version | undefined, after: Version | undefined): void {
    if (this.#phase === 'counting' && !this.#isCounted(key)) return;
    const moved = this.#moved.get(key);
    if (moved === undefined) this.#moved.set(key, { before, after });
    else moved.after = after;
    if (this.#moved.size >= MOST_MOVED) this.#catchUp();
  }

  /** As of this moment. */
  get trees(): ReadonlyMap<string, Tree> {
    this.#catchUp();
    return this.#trees;
  }

  #begin(view: View | undefined): void {
    this.#view = view;
    this.#trees = new Map();
    this.#moved = new Map();
    this.#counted = '';
    this.#phase = 'counting';
  }

  #catchUp(): void {
    const moved = this.#moved;
    // A new one: what is cleared keeps a link to what follows it, for as long as it is in memory.
    this.#moved = new Map();
    for (const [key, { before, after }] of moved) {
      const gone = before === undefined ? 0n : recordHash(key, before);
      this.#toggle(key, after === undefined ? gone : gone ^ recordHash(key, after));
    }
  }

  #isCounted(key: string): boolean {
    return this.#counted !== '' && Buffer.compare(Buffer.from(key), Buffer.from(this.#counted)) <= 0;
  }

  #toggle(key: string, hash: bigint): void {
    if (this.#view === undefined) return;
    const range = rangeOf(key, this.#view);
    let tree = this.#trees.get(range);
    if (tree === undefined) {
      tree = new Tree();
      this.#trees.set(range, tree);
    }
    tree.toggle(leafOf(key), hash);
  }
}
