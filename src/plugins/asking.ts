import { systemCode } from '../base/errors.ts';
import type { ConnectTarget, Host } from '../net/host.ts';
import { CollectError } from './outcomes.ts';

/** A question to a service that answers in lines of text. */
export interface Question {
  readonly to: ConnectTarget;
  /** With the end of its line. */
  readonly text: string;
  /** Whether a line is the last of the answer; without it the service says so by closing the connection. */
  isLast?(line: string): boolean;
}

/**
 * Asks a service over a connection that lasts just as long, and gives its whole answer; or what it had said when it closed, if that comes
 * first. Throws `CollectError` when it says too much, and the system's error when nobody is there, or nobody any more.
 */
export async function askInText(host: Host, { to, text, isLast }: Question, signal: AbortSignal): Promise<string> {
  const connection = await host.connect(to, signal);
  const pieces: Uint8Array[] = [];
  const ending = isLast && new Ending(isLast);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.onEnd((error) => (error ? reject(error) : resolve()));
      connection.onData((piece) => {
        pieces.push(piece);
        if (ending?.isReached(piece)) resolve();
      });
      connection.write(Buffer.from(text));
    });
  } catch (error) {
    if (systemCode(error) !== 'EFBIG') throw error;
    throw new CollectError(`the answer has more than ${to.receiveCap} bytes`, { up: 1 }, { cause: error });
  } finally {
    connection.close();
  }
  if (pieces.length === 0) {
    throw Object.assign(new Error('ECONNRESET: the service closed the connection without a word'), {
      code: 'ECONNRESET',
    });
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** A last line is not longer. */
const LONGEST_LINE = 1_024;

/** Watches for the last line, however the answer is cut into pieces, without ever reading anything twice. */
class Ending {
  readonly #isLast: (line: string) => boolean;
  /** What has come of the line that has not ended yet. */
  #line = '';

  constructor(isLast: (line: string) => boolean) {
    this.#isLast = isLast;
  }

  /** Whether the last line has ended with this piece. */
  isReached(piece: Uint8Array): boolean {
    const lines = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1').split('\n');
    const rest = lines.pop() ?? '';
    for (const end of lines) {
      const line = this.#line + end;
      this.#line = '';
      if (line.length <= LONGEST_LINE && this.#isLast(line.trimEnd())) return true;
    }
    // Of a line that is too long to be the last, no more is kept than tells that.
    if (this.#line.length <= LONGEST_LINE) this.#line += rest.slice(0, LONGEST_LINE + 1);
    return false;
  }
}
