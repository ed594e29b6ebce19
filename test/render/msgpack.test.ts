import { decode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { msgpackOf } from '../../src/render/msgpack.ts';
import type { RenderSeries } from '../../src/render/series.ts';

const series = (changes: Partial<RenderSeries> = {}): RenderSeries => ({
  ...{ name: 'a.b', start: 1_700_000_000, end: 1_700_000_030, step: 10, pathExpression: 'a.*' },
  values: Float64Array.of(1.5, Number.NaN, -3),
  tags: new Map(),
  consolidation: 'average',
  xFilesFactor: 0.5,
  ...changes,
});

test('a series is a map with its values, nil where there is none', () => {
  expect(decode(msgpackOf([series()]))).toEqual([
    {
      ...{ name: 'a.b', start: 1_700_000_000, end: 1_700_000_030, step: 10, pathExpression: 'a.*' },
      ...{ values: [1.5, null, -3], valuesPerPoint: 1, consolidationFunc: 'average', xFilesFactor: 0.5 },
    },
  ]);
});

test.each([0, 31, 32, 65_535, 65_536])('a name of %i bytes is read as it was', (length) => {
  const name = 'x'.repeat(length);
  expect(decode(msgpackOf([series({ name })]))).toMatchObject([{ name }]);
});

test('nothing found is an empty list, and a time before 1970 is one', () => {
  expect(decode(msgpackOf([]))).toEqual([]);
  expect(decode(msgpackOf([series({ start: -10 })]))).toMatchObject([{ start: -10 }]);
});
