import { describe, expect, test } from 'vitest';
import { TimeLimit } from '../../src/base/time-limit.ts';
import { SimulatedClock } from '../support/clock.ts';

const LATE = () => new Error('late');

/** Work of so many milliseconds each, begun one after the other with so many between them, and how and when it ended. */
async function ends(limitMs: number, works: readonly number[], pauseMs: number) {
  const clock = new SimulatedClock();
  const limit = new TimeLimit(clock, limitMs);
  const told: [place: number, how: string, at: number][] = [];
  const began = clock.now();
  for (const [place, ms] of works.entries()) {
    const work = new Promise<string>((resolve) => void clock.after(ms, () => resolve('done')));
    const note = (how: string) => void told.push([place, how, clock.now() - began]);
    limit.within(work, LATE).then(note, (error: Error) => note(error.message));
    await clock.runAsync(pauseMs);
  }
  await clock.runAsync(10_000);
  return told;
}

describe('work', () => {
  test('that is done in time is as it is, and other work is given up at its own end', async () => {
    expect(await ends(1_000, [10, 2_000, 999, 5_000], 100)).toEqual([
      [0, 'done', 10],
      [1, 'late', 1_100],
      [2, 'done', 1_199],
      [3, 'late', 1_300],
    ]);
  });

  test('that begins after all other has ended has its whole time', async () => {
    expect(await ends(1_000, [500, 5_000], 3_000)).toEqual([
      [0, 'done', 500],
      [1, 'late', 4_000],
    ]);
  });

  test('that fails, fails', async () => {
    const limit = new TimeLimit(new SimulatedClock(), 1_000);
    await expect(limit.within(Promise.reject(new Error('broken')), LATE)).rejects.toThrow('broken');
  });
});
