import type { BlockPlace } from './places.ts';

type Block = Uint8Array | undefined;

/** What an entry takes beside the bytes of its block. */
const ENTRY = 200;

/**
 * Blocks that were read lately, as they are in the database: who looks at a chart looks at the same blocks every few seconds. Bounded in
 * bytes; what was not looked at for longest goes first. That there is no block somewhere is kept as well.
 */
export class BlockCache {
  readonly #most: number;
  readonly #blocks = new Map<string, { readonly block: Block }>();
  #bytes = 0;
  /** Writes under way, and how many began or ended: while one is under way nobody knows which state a reader saw. */
  #writing = 0;
  #turns = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The block of a place, if it is known what is there. */
  find(place: BlockPlace): { readonly block: Block } | undefined {
    const key = keyOf(place);
    const found = this.#blocks.get(key);
    if (!found) return undefined;
    this.#blocks.delete(key);
    this.#blocks.set(key, found);
    return found;
  }

  /** Call it before blocks are read; what it answers takes what was read, unless something was written meanwhile. */
  reading(): (place: BlockPlace, block: Block) => void {
    const turn = this.#turns;
    return (place, block) => {
      if (this.#writing === 0 && this.#turns === turn) this.#keep(keyOf(place), block);
    };
  }

  /** Blocks are about to be written, until what it answers is called. */
  writing(): () => void {
    this.#writing += 1;
    this.#turns += 1;
    return () => {
      this.#writing -= 1;
      this.#turns += 1;
    };
  }

  /** A place has another block from now on; only while `writing`. */
  forget(place: BlockPlace): void {
    if (this.#blocks.size === 0) return;
    const key = keyOf(place);
    const known = this.#blocks.get(key);
    if (!known) return;
    this.#blocks.delete(key);
    this.#bytes -= ENTRY + (known.block?.length ?? 0);
  }

  #keep(key: string, block: Block): void {
    if (this.#blocks.has(key)) return;
    this.#blocks.set(key, { block });
    this.#bytes += ENTRY + (block?.length ?? 0);
    for (const [oldest, { block: old }] of this.#blocks) {
      if (this.#bytes <= this.#most) return;
      this.#blocks.delete(oldest);
      this.#bytes -= ENTRY + (old?.length ?? 0);
    }
  }
}

const keyOf = ({ id, step, start }: BlockPlace): string => `${id} ${step} ${start}`;
