import { expect, test } from 'vitest';
import { bodyOf, errorOf, fakeApi } from './fake-parts.ts';

const ask = fakeApi();

test('the names of series are listed by their beginning, in pages', async () => {
  expect(await bodyOf(await ask('/list/'))).toEqual(['one.cpu.load', 'one.cpu.none']);
  expect(await bodyOf(await ask('/list/one.cpu.l'))).toEqual(['one.cpu.load']);
  const first = await ask('/list/?limit=1');
  expect(first.headers.get('x-opsbro-next')).toBe('one.cpu.load');
  expect(await bodyOf(await ask('/list/?limit=1&after=one.cpu.load'))).toEqual(['one.cpu.none']);
});

test('the names of series are found by a pattern', async () => {
  expect(await bodyOf(await ask('/metrics-store/names?pattern=one.cpu.*'))).toEqual(['one.cpu.load', 'one.cpu.none']);
  expect((await ask('/metrics-store/names')).status).toBe(400);
});

test('the store says how it is', async () => {
  expect(await bodyOf(await ask('/metrics-store'))).toMatchObject({ series: 2, refused: { future: 1 }, troubles: {} });
});

test('values come as they are, fewer, or as one series', async () => {
  const query = '/metrics-store/points?series=one.cpu.*';
  const load = { name: 'one.cpu.load', first: 1_000, step: 10, values: [0, 10, 20, 30, 40, 50] };
  expect(await bodyOf(await ask(query))).toEqual([
    load,
    { ...load, name: 'one.cpu.none', values: Array(6).fill(null) },
  ]);
  expect(await bodyOf(await ask(`${query}&merge=max`))).toEqual([{ ...load, name: 'one.cpu.*' }]);
  const fewer = await bodyOf<{ step: number; values: number[] }[]>(await ask(`${query}&merge=sum&points=3`));
  expect(fewer[0]).toMatchObject({ step: 20 });
  expect(fewer[0]?.values.reduce((sum, value) => sum + value, 0)).toBe(150);
  expect(await bodyOf(await ask('/metrics-store/points?series=none&merge=max'))).toEqual([]);
});

test.each([
  ['', /series/],
  ['series=a&from=yesterday', /epoch seconds/],
  ['series=a&from=20&until=10', /before until/],
  ['series=a&from=-1x', /not a duration/],
  ['series=a&merge=mode', /merge/],
  ['series=a&points=1', /points/],
])('a wrong question (%s) is answered with what is wrong', async (query, message) => {
  const answer = await ask(`/metrics-store/points?${query}`);
  expect(answer.status).toBe(400);
  expect((await errorOf(answer)).message).toMatch(message);
});
