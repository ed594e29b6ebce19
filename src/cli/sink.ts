import type { Sink } from './world.ts';

type Stream = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>>;

/** A stream of the process. A terminal that does not know its size says 0, as serial lines and `script` without a terminal do. */
export const sinkOf = (stream: Stream): Sink => ({
  write: (chunk) => void stream.write(chunk),
  isTTY: stream.isTTY === true,
  get columns() {
    return stream.columns === 0 ? undefined : stream.columns;
  },
  get rows() {
    return stream.rows === 0 ? undefined : stream.rows;
  },
});
