import type { IncomingMessage } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';

/** The whole body of a request. Throws `too_large` as soon as that is known, and the signal's reason when it aborts. */
export async function readBody(incoming: IncomingMessage, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const pieces: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      incoming.off('data', take);
      incoming.pause();
      reject(error);
    };
    const take = (piece: Buffer) => {
      length += piece.length;
      if (length > limit) fail(tooLarge(limit));
      else pieces.push(piece);
    };
    incoming.on('data', take);
    incoming.once('end', resolve);
    incoming.once('close', () => reject(new OpsbroError('bad_request', 'the body broke off')));
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
  });
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
}

const tooLarge = (limit: number): OpsbroError =>
  new OpsbroError('too_large', `the body is longer than ${limit} bytes`, { details: { limit } });

/** What a streamed answer needs beside its pieces. */
export interface Outflow {
  readonly clock: Clock;
  /** Milliseconds that the reader may take for one piece. */
  readonly patienceMs: number;
  /** Told once, when the last piece has gone or nobody wants more. */
  ended(): void;
}

/** Pieces as a body that is made as fast as it is read; a reader that stands still is given up. */
export function flowing(pieces: AsyncIterable<Uint8Array>, { clock, patienceMs, ended }: Outflow): ReadableStream {
  const source = pieces[Symbol.asyncIterator]();
  let patience: Disposable | undefined;
  const stop = () => {
    patience?.[Symbol.dispose]();
    ended();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(reader) {
        patience?.[Symbol.dispose]();
        try {
          const { done, value } = await source.next();
          if (done) {
            reader.close();
            return stop();
          }
          reader.enqueue(value);
          patience = clock.after(patienceMs, () => giveUp(reader));
        } catch (error) {
          reader.error(error);
          stop();
        }
      },
      async cancel() {
        stop();
        await source.return?.();
      },
    },
    { highWaterMark: 0 },
  );

  function giveUp(reader: ReadableStreamDefaultController): void {
    reader.error(new OpsbroError('peer_timeout', 'the peer does not read the answer'));
    stop();
    void source.return?.();
  }
}
