import { join } from 'node:path';
import { type Clock, every } from '../base/clock.ts';
import { writeSmallFile } from './small-file.ts';

const AGAIN_MS = 60_000;

/** The file that says when an agent of this data directory was last at work, in epoch seconds. */
export const lastAliveFile = (data: string): string => join(data, 'last_alive');

/** Says so now, every minute, and once more when it is disposed of. */
export function keepLastAlive(data: string, clock: Clock): Disposable {
  const say = () => {
    try {
      writeSmallFile(lastAliveFile(data), `${Math.floor(clock.wall() / 1_000)}\n`);
    } catch {
      // a disk that takes nothing is told in the health by those whose data counts
    }
  };
  say();
  const saying = every(clock, AGAIN_MS, say);
  return {
    [Symbol.dispose]() {
      saying[Symbol.dispose]();
      say();
    },
  };
}
