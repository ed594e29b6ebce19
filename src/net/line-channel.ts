import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const LONGEST_LINE = 1_048_576;

/** Messages of JSON, one a line, in both directions. */
export class LineChannel {
  readonly #stream: Duplex;
  readonly #take: (message: unknown) => void;
  readonly #refuse: (reason: string) => void;
  #pieces: Buffer[] = [];
  #length = 0;

  /** `take` gets every message; `refuse` is told when the other side sends what is none, after which nothing is read any more. */
  constructor(stream: Duplex, take: (message: unknown) => void, refuse: (reason: string) => void) {
    this.#stream = stream;
    this.#take = take;
    this.#refuse = refuse;
    stream.on('data', (piece: Buffer) => this.#read(piece));
    // A side that is gone is noticed by its end.
    stream.on('error', () => {});
  }

  send(message: unknown): void {
    if (this.#stream.writable) this.#stream.write(`${JSON.stringify(message)}\n`);
  }

  #read(piece: Buffer): void {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      this.#pieces.push(piece.subarray(from, end));
      from = end + 1;
      this.#line();
    }
    this.#pieces.push(piece.subarray(from));
    this.#length += piece.length - from;
    if (this.#length > LONGEST_LINE) this.#end(`a line is longer than ${LONGEST_LINE} bytes`);
  }

  #line(): void {
    const text = Buffer.concat(this.#pieces).toString('utf8');
    this.#pieces = [];
    this.#length = 0;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.#end('a line is no JSON');
      return;
    }
    this.#take(message);
  }

  #end(reason: string): void {
    this.#pieces = [];
    this.#length = 0;
    this.#stream.removeAllListeners('data');
    this.#stream.destroy();
    this.#refuse(reason);
  }
}

/** The channel to who started this process; `gone` is called when that one has ended. */
export function channelToStarter(take: (message: unknown) => void, gone: () => void): LineChannel {
  const stream = new Socket({ fd: 3, readable: true, writable: true });
  stream.on('close', gone);
  stream.on('end', gone);
  return new LineChannel(stream, take, gone);
}
