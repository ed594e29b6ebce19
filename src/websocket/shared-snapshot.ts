import type { SnapshotPart } from './snapshot.ts';
import { textFrame } from './text-frame.ts';

interface Source {
  /** Number of the last frame of the stream when this begins. */
  readonly index: number;
  readonly parts: Iterator<SnapshotPart>;
  /** A part as the text of a frame. */
  write(part: SnapshotPart, isLast: boolean): string;
}

/**
 * A snapshot as finished frames, for every client that comes while it is new. Parts are made when the first of them gets there: what
 * changes meanwhile may be in it or not, so whoever takes it needs all frames behind `index` after it.
 */
export class SharedSnapshot {
  readonly index: number;
  readonly #source: Source;
  readonly #frames: Buffer[] = [];
  #ahead: IteratorResult<SnapshotPart>;

  constructor(source: Source) {
    this.index = source.index;
    this.#source = source;
    this.#ahead = source.parts.next();
  }

  /** It has several parts, so that making it anew costs more than sending what came since. */
  get isLarge(): boolean {
    return this.#frames.length > 1 || (this.#frames.length === 1 && !this.#ahead.done);
  }

  /** The frame at this place; nothing behind the last. */
  frame(place: number): Buffer | undefined {
    while (this.#frames.length <= place && !this.#ahead.done) {
      const { value } = this.#ahead;
      this.#ahead = this.#source.parts.next();
      this.#frames.push(textFrame(this.#source.write(value, this.#ahead.done === true)));
    }
    return this.#frames[place];
  }
}
