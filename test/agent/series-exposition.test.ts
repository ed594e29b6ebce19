import { expect, test } from 'vitest';
import { latestFamilies } from '../../src/agent/series-exposition.ts';
import { exposition } from '../../src/http/exposition.ts';
import { prometheusName } from '../../src/model/prometheus-name.ts';

const shown = (points: readonly (readonly [string, number])[], now = 1_000) => {
  const latest = (since: number) =>
    points.map(([name, value]) => ({ name, value, time: 900 })).filter(({ time }) => time >= since);
  return exposition(latestFamilies({ latest }, now));
};

test('the last values of series are gauges, their tags labels', () => {
  const text = shown([
    ['web-1.cpu.user', 5],
    ['reqs;env=prod;az=1', 7],
    ['reqs;az=2;env="x"', 8],
  ]);
  expect(text).toContain('# TYPE web_1_cpu_user gauge\nweb_1_cpu_user 5\n');
  expect(text).toContain('reqs{az="1",env="prod"} 7\n');
  expect(text).toContain('reqs{az="2",env="\\"x\\""} 8\n');
  expect(text).toContain('opsbro_exposition_doubles 0\n');
});

test('of two series that would have one name, the first by name is shown', () => {
  const text = shown([
    ['a/b', 2],
    ['a.b', 1],
  ]);
  expect(text).toContain('\na_b 1\n');
  expect(text).toContain('opsbro_exposition_doubles 1\n');
});

test('what is older than five minutes is not shown', () => {
  expect(shown([['a.b', 1]], 1_201)).not.toContain('a_b');
});

test.each([
  ['a.b-c', 'a_b_c', {}],
  ['9lives', '_9lives', {}],
  ['é', '_', {}],
  ['m;1a=x;__name__=y;b.c=z', 'm', { _1a: 'x', _name__: 'y', b_c: 'z' }],
])('%s is called %s', (series, name, labels) => {
  const found = prometheusName(series);
  expect(found.name).toBe(name);
  expect(Object.fromEntries(found.labels)).toEqual(labels);
});
