import { expect, test } from 'vitest';
import { localDay, localTime } from '../../src/base/local-time.ts';

test('a day and a time are those of the machine’s own time zone, with two digits each', () => {
  const at = new Date(2024, 0, 5, 3, 7, 9).getTime();
  expect([localDay(at), localTime(at)]).toEqual(['2024-01-05', '2024-01-05 03:07:09']);
});
