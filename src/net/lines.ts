const [LINE_FEED, RETURN] = [10, 13];

/** Takes the line at these bytes, which are only there until it returns. */
type TakeLine = (bytes: Buffer, start: number, end: number) => void;

/** Hands out every line of some bytes that is not empty, without the return at its end. The last one needs no line feed. */
export function eachLine(bytes: Buffer, take: TakeLine): void {
  for (let from = 0; from < bytes.length; ) {
    const end = endOfLine(bytes, from);
    takeOne(bytes, from, end, take);
    from = end + 1;
  }
}

/** Bytes within which most lines end: to look at them costs less than to ask for the place. */
const NEAR = 64;

function endOfLine(bytes: Buffer, from: number): number {
  const near = Math.min(bytes.length, from + NEAR);
  for (let at = from; at < near; at++) if (bytes[at] === LINE_FEED) return at;
  const found = near < bytes.length ? bytes.indexOf(LINE_FEED, near) : -1;
  return found < 0 ? bytes.length : found;
}

function takeOne(bytes: Buffer, from: number, end: number, take: TakeLine): void {
  const until = end > from && bytes[end - 1] === RETURN ? end - 1 : end;
  if (until > from) take(bytes, from, until);
}

/** What to do with the rest of a line that is too long. */
type Mercy = 'skip it' | 'stop';

/** The lines of a stream, however it is cut into pieces. */
export class LineStream {
  readonly #most: number;
  readonly #take: TakeLine;
  readonly #tooLong: () => Mercy;
  /** The beginning of a line whose end has not come. */
  #begun: Buffer | undefined;
  #skips: boolean = false;
  #isStopped: boolean = false;

  /** Lines have `most` bytes at most; `tooLong` is told once of each that has more. */
  constructor(most: number, take: TakeLine, tooLong: () => Mercy) {
    this.#most = most;
    this.#take = take;
    this.#tooLong = tooLong;
  }

  /** Takes the next piece. */
  push(bytes: Buffer): void {
    let from = 0;
    while (from < bytes.length && !this.#isStopped) {
      const found = bytes.indexOf(LINE_FEED, from);
      if (found < 0) {
        this.#keep(bytes.subarray(from));
        return;
      }
      if (this.#begun || this.#skips) this.#complete(bytes.subarray(from, found));
      else this.#takeWhole(bytes, from, found);
      if (!this.#isStopped) this.#skips = false;
      from = found + 1;
    }
  }

  /** Nothing more will come: what has come of a line is all of it. */
  finish(): void {
    if (this.#begun && !this.#isStopped) this.#complete(Buffer.alloc(0));
  }

  #keep(piece: Buffer): void {
    if (this.#skips) return;
    const begun = this.#begun ? Buffer.concat([this.#begun, piece]) : Buffer.from(piece);
    if (begun.length > this.#most + 1) this.#refuse();
    else this.#begun = begun;
  }

  #complete(rest: Buffer): void {
    if (this.#skips) return;
    const line = this.#begun ? Buffer.concat([this.#begun, rest]) : rest;
    this.#begun = undefined;
    this.#takeWhole(line, 0, line.length);
  }

  /** The return at its end does not count. */
  #takeWhole(bytes: Buffer, from: number, end: number): void {
    const most = end > from && bytes[end - 1] === RETURN ? this.#most + 1 : this.#most;
    if (end - from > most) this.#refuse();
    else takeOne(bytes, from, end, this.#take);
  }

  #refuse(): void {
    this.#begun = undefined;
    this.#skips = true;
    this.#isStopped = this.#tooLong() === 'stop';
  }
}
