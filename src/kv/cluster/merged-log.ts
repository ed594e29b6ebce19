import { OpsbroError } from '../../base/errors.ts';
import type { KvChange } from '../../model/kv.ts';

const MOST_CHANGES = 100_000;
const MOST_BYTES = 16_777_216;
/** What is dropped goes in pieces. */
const PIECE = 1_000;

/** What nodes of the ring told of their keys, each change once, in memory. */
export class MergedLog {
  #kept: KvChange[] = [];
  #bytes = 0;
  #index = 0;
  /** The newest change of each key that is kept. */
  readonly #newest = new Map<string, KvChange>();

  /** Number of the last change. */
  get index(): number {
    return this.#index;
  }

  /** The newest version of a key that was told of, as text. */
  newest(key: string): string | undefined {
    return this.#newest.get(key)?.version;
  }

  /** The change as this log has it; `undefined` when it is known, or a later one of the key is. */
  add(change: Omit<KvChange, 'index'>): KvChange | undefined {
    const known = this.#newest.get(change.key);
    if (known !== undefined && !isLater(change, known)) return undefined;
    this.#index += 1;
    const logged = { ...change, index: this.#index };
    this.#newest.set(change.key, logged);
    this.#kept.push(logged);
    this.#bytes += change.key.length;
    if (this.#kept.length > MOST_CHANGES + PIECE || this.#bytes > MOST_BYTES) this.#drop();
    return logged;
  }

  /** The changes behind a number, oldest first, at most so many. Fails with `index_gone` when some behind it are not kept any more. */
  changes(index: number, limit: number): readonly KvChange[] {
    const first = this.#index - this.#kept.length + 1;
    if (index < first - 1)
      throw new OpsbroError('index_gone', `the changes after ${index} are not kept any more; list the keys anew`);
    return this.#kept.slice(index - first + 1, index - first + 1 + limit);
  }

  #drop(): void {
    for (const change of this.#kept.slice(0, PIECE)) {
      this.#bytes -= change.key.length;
      if (this.#newest.get(change.key) === change) this.#newest.delete(change.key);
    }
    this.#kept = this.#kept.slice(PIECE);
  }
}

/** The end of a lifetime is told of the version that was written with it. */
function isLater(change: Pick<KvChange, 'version' | 'op'>, known: KvChange): boolean {
  if (change.version !== known.version) return change.version > known.version;
  return change.op === 'expire' && known.op !== 'expire';
}
