import { describe, expect, test } from 'vitest';
import { Unsent } from '../../src/export/unsent.ts';

const END = Number.POSITIVE_INFINITY;

describe('what is unsent', () => {
  test('is everything at first, and less with all that is sent', () => {
    const unsent = new Unsent();
    unsent.sent(unsent.next(), 100);
    expect(unsent.ranges).toEqual([{ from: 100, to: END }]);
    expect(unsent.left(150)).toBe(50);
  });

  test('when the connection breaks: what was sent in the last minute too', () => {
    const unsent = new Unsent();
    for (let second = 0; second < 100; second++) {
      unsent.note(second * 1_000);
      unsent.sent(unsent.next(), (second + 1) * 10);
    }
    expect(unsent.safe).toBe(390);
    unsent.broken(1_000);
    expect(unsent.ranges).toEqual([
      { from: 390, to: 1_000 },
      { from: 1_000, to: END },
    ]);
  });

  test('is sent in turns with what comes now', () => {
    const unsent = new Unsent();
    unsent.broken(500);
    const turns = [unsent.next(), unsent.next(), unsent.next()].map(({ from }) => from);
    expect(turns).toEqual([0, 500, 0]);
    const waiting = unsent.ranges[0];
    if (waiting) unsent.sent(waiting, 500);
    expect(unsent.ranges).toEqual([{ from: 500, to: END }]);
  });

  test('stays a short list, however often the connection breaks', () => {
    const unsent = new Unsent();
    for (let time = 1; time <= 50; time++) {
      unsent.broken(time * 100);
      unsent.note(time * 100_000);
      const live = unsent.ranges.at(-1);
      if (live) unsent.sent(live, time * 100 + 50);
    }
    expect(unsent.ranges.length).toBeLessThanOrEqual(8);
    expect(unsent.ranges[0]?.from).toBe(0);
  });

  test('is known by its end, when its beginning goes while it is being sent', () => {
    const unsent = new Unsent();
    const range = unsent.next();
    unsent.gone(50);
    unsent.sent(range, 100);
    expect(unsent.ranges).toEqual([{ from: 100, to: END }]);
  });

  test('is not what is gone', () => {
    const unsent = new Unsent();
    unsent.broken(500);
    unsent.note(0);
    unsent.gone(700);
    expect(unsent.ranges).toEqual([{ from: 700, to: END }]);
    expect(unsent.safe).toBe(700);
  });
});
