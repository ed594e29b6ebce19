import { expect, test } from 'vitest';
import { keepSelfSeries, selfPrefix } from '../../src/agent/self-series.ts';
import { Histogram } from '../../src/base/histogram.ts';
import type { Family } from '../../src/http/exposition.ts';
import { histogramFamily } from '../../src/http/histogram-family.ts';
import { SimulatedClock } from '../support/clock.ts';

test('what the agent counts becomes series of its node, every ten seconds, until it stops', () => {
  const clock = new SimulatedClock(1_700_000_003_000);
  const times = new Histogram([1]);
  times.add(0.5);
  const labels = { reason: 'a b;c', door: '' };
  const families: readonly Family[] = [
    { name: 'opsbro_bad_total', help: 'Bad.', type: 'counter', samples: [{ labels, value: 3 }] },
    histogramFamily('opsbro_dns_seconds', 'DNS.', times),
  ];
  const points: (readonly [string, number, number])[] = [];
  const keeping = keepSelfSeries({
    clock,
    prefix: selfPrefix('web.1', { isEscaped: true }),
    families: () => families,
    put: (name, value, time) => points.push([name, value, time]),
  });
  clock.run(10_000);
  expect(points).toEqual([
    ['opsbro.web_1.bad.total;door=none;reason=a_b_c', 3, 1_700_000_010],
    ['opsbro.web_1.dns.seconds_sum', 0.5, 1_700_000_010],
    ['opsbro.web_1.dns.seconds_count', 1, 1_700_000_010],
  ]);
  clock.run(10_000);
  expect(points).toHaveLength(6);
  keeping[Symbol.dispose]();
  clock.run(30_000);
  expect(points).toHaveLength(6);
});

test('the name of a node is kept as it is, unless dots are to go', () => {
  expect(selfPrefix('web.1', { isEscaped: false })).toBe('opsbro.web.1.');
});
