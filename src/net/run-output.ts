import type { Readable } from 'node:stream';

/** Pieces are joined when there are this many, so that a program writing byte by byte costs no more than its bytes. */
const MAX_PIECES = 64;

/** Reads a stream to its end and keeps its first bytes; the rest is thrown away, so that the writer never waits for us. */
export class CappedOutput {
  readonly #room: number;
  #pieces: Buffer[] = [];
  #size = 0;
  #cut: boolean = false;

  constructor(stream: Readable, cap: number) {
    this.#room = cap;
    stream.on('data', (piece: Buffer) => this.#take(piece));
    // A pipe that breaks has said all it can.
    stream.on('error', () => {});
  }

  /** There was more than is kept. */
  get cut(): boolean {
    return this.#cut;
  }

  /** What is kept, as UTF-8; a character that the cap went through is left out. */
  get text(): string {
    const text = Buffer.concat(this.#pieces).toString('utf8');
    return this.#cut ? text.replace(/\uFFFD$/, '') : text;
  }

  #take(piece: Buffer): void {
    const room = this.#room - this.#size;
    if (piece.length > room) this.#cut = true;
    if (room <= 0) return;
    this.#pieces.push(piece.subarray(0, room));
    this.#size += Math.min(piece.length, room);
    if (this.#pieces.length > MAX_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
  }
}
