import { expect, test } from 'vitest';
import type { TakenSample } from '../../src/model/sample.ts';
import { sampleOf } from '../../src/plugins/taken-sample.ts';

const OCCASION = { resourceId: 'node', at: 1_000 };
const TAKEN: TakenSample = { name: 'cpu', type: 'gauge', unit: '%', volume: 5 };

test('what a sample leaves out is that of its occasion', () => {
  expect(sampleOf(TAKEN, OCCASION)).toEqual({
    ...TAKEN,
    resourceId: 'node',
    timestamp: '1970-01-01T00:00:01.000Z',
    metadata: {},
  });
  const whole = { ...TAKEN, volume: '12', resourceId: 'vm', timestamp: '2026-01-02T15:04:05', metadata: { a: 1 } };
  expect(sampleOf(whole, OCCASION)).toEqual({ ...whole, volume: 12, timestamp: '2026-01-02T15:04:05.000Z' });
  expect(sampleOf({ ...TAKEN, timestamp: '2026-01-02T15:04:05+02:00' }, OCCASION).timestamp).toBe(
    '2026-01-02T13:04:05.000Z',
  );
});

test.each<[object, string]>([
  [{ name: '' }, 'has no name'],
  [{ type: 'count' }, 'cpu: the type of a sample is "count" (expected gauge, delta, cumulative)'],
  [{ volume: 'abc' }, 'cpu: "abc" is no number'],
  [{ volume: null }, 'cpu: "null" is no number'],
  [{ volume: Number.NaN }, 'is no number'],
  [{ timestamp: 'soon' }, 'cpu: "soon" is no time'],
  [{ name: 'c\npu' }, 'the name of a sample is "c\\npu"; it must not have control characters'],
  [{ resourceId: 5 }, 'cpu: the resource must be a text'],
  [{ resourceId: 'a\u0000' }, 'cpu: the resource must be a text without control characters'],
  [{ metadata: { id: 5n } }, 'cpu: the metadata are no tree of values: "id" is a bigint'],
])('%o is refused', (over, message) => {
  expect(() => sampleOf({ ...TAKEN, ...over } as TakenSample, OCCASION)).toThrow(message);
});
