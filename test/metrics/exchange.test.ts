import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failedWith } from '../../src/base/errors.ts';
import { packSeries, unpackSeries } from '../../src/metrics/exchange.ts';
import { AGGREGATION_METHODS } from '../../src/model/series.ts';

const series = fc.record({
  name: fc.string(),
  method: fc.constantFrom(...AGGREGATION_METHODS),
  first: fc.nat(),
  step: fc.integer({ min: 1, max: 86_400 }),
  values: fc.float64Array({ maxLength: 20 }),
});

test('series arrive as they were sent', () => {
  fc.assert(
    fc.property(fc.array(fc.array(series, { maxLength: 4 }), { maxLength: 4 }), (lists) => {
      expect(unpackSeries(packSeries(lists))).toEqual(lists);
    }),
  );
});

test('bytes that are no series are refused, and nothing else happens', () => {
  const good = Buffer.from(
    packSeries([[{ name: 'a', method: 'sum', first: 0, step: 60, values: Float64Array.of(1, 2) }]]),
  );
  const refused = (bytes: Uint8Array) => {
    try {
      unpackSeries(bytes);
    } catch (error) {
      return failedWith(error, 'peer_failed');
    }
    return false;
  };
  expect(refused(good.subarray(0, -1))).toBe(true);
  expect(refused(Buffer.concat([good, Buffer.alloc(8)]))).toBe(true);
  expect(refused(Buffer.alloc(0))).toBe(true);
  expect(refused(Buffer.from('ffffffff', 'hex'))).toBe(true);
  expect(refused(Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('[1')]))).toBe(true);
  expect(refused(Buffer.from(good.toString('latin1').replace('"sum"', '"max2'), 'latin1'))).toBe(true);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        unpackSeries(bytes);
      } catch (error) {
        expect(failedWith(error, 'peer_failed')).toBe(true);
      }
    }),
  );
});
