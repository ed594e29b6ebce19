import fc from 'fast-check';
import { expect, test } from 'vitest';
import { httpDate, isoTime } from '../../src/http/times.ts';

test('a time is told as Date tells it, the first time and the next', () => {
  fc.assert(
    fc.property(fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }), fc.nat(999), (ms, more) => {
      for (const at of [ms, Math.min(ms + more, 8_640_000_000_000_000), ms]) {
        expect(isoTime(at)).toBe(new Date(at).toISOString());
        expect(httpDate(at)).toBe(new Date(at).toUTCString());
      }
    }),
    { numRuns: 3_000 },
  );
});

test('what is no time is refused', () => {
  expect(() => isoTime(Number.NaN)).toThrow(RangeError);
});
