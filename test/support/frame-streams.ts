import type { FrameStream } from '../../src/kv/cluster/calls.ts';
import type { SimulatedClock } from './clock.ts';

/** Two ends of a stream in made-up time; a frame takes a millisecond. */
export function frameStreams(clock: SimulatedClock) {
  const ends = [0, 1].map(() => ({ onFrame: (_: Buffer) => {}, onClose: (_: string) => {} }));
  const made = ends.map((own, place): FrameStream => {
    const other = ends[1 - place] ?? own;
    return {
      send(payload) {
        clock.after(1, () => other.onFrame(Buffer.from(payload)));
        return true;
      },
      onDrain() {},
      onFrame: (listen) => Object.assign(own, { onFrame: listen }),
      onClose: (listen) => Object.assign(own, { onClose: listen }),
      close: (reason = 'refused') => clock.after(1, () => other.onClose(reason)),
    };
  });
  return made as [FrameStream, FrameStream];
}
