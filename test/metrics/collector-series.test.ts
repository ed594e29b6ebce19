import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { silent } from '../../src/base/log.ts';
import { CollectorFeed, type FeedSetting } from '../../src/metrics/collector-feed.ts';
import { cleanedKey, nameNumbers, numbersIn } from '../../src/metrics/collector-series.ts';
import type { Point } from '../../src/metrics/metric-store.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { tagNumbers } from '../../src/model/tagged.ts';
import { collector } from '../http/fake-parts.ts';

test.each([
  ['Load1', 'load1'],
  ['%user', 'pct_user'],
  ['util%', 'util_pct'],
  ['reads/s', 'reads_per_s'],
  ['/', 'root'],
  ['/var/lib', 'var_lib'],
  ['active(anon)', 'active_anon'],
  ['a b.c', 'a_b_c'],
  ['a;b', 'a_b'],
  ['%', 'pct'],
  ['()', '_'],
])('the key %s is %s in a series', (key, expected) => {
  expect(cleanedKey(key)).toBe(expected);
});

test('numbers and bools are series, texts, nothings and lists are not', () => {
  const tree: Metrics = { a: 1, b: true, c: 'x', d: null, e: [1, 2], f: { '%g': 2.5, h: { i: false } } };
  expect(nameNumbers('x', numbersIn(tree), 'cleaned').numbers).toEqual([
    { name: 'x.a', value: 1 },
    { name: 'x.b', value: 1 },
    { name: 'x.f.pct_g', value: 2.5 },
    { name: 'x.f.h.i', value: 0 },
  ]);
  expect(nameNumbers('x', numbersIn({ f: { '%G': 1 } }), 'as they are').numbers).toEqual([
    { name: 'x.f.%g', value: 1 },
  ]);
});

test.each([[{ 'a.b': 1, a_b: 2, 'a/b': 3 }], [{ 'a/b': 3, a_b: 2, 'a.b': 1 }]])(
  'of keys with one name the first in byte order keeps it (%j)',
  (tree) => {
    const { numbers, clashes } = nameNumbers('x', numbersIn(tree), 'cleaned');
    expect(numbers).toEqual([{ name: 'x.a_b', value: 1 }]);
    expect(clashes.map(({ path }) => path).sort()).toEqual(['a/b', 'a_b']);
  },
);

function feed(over: Partial<FeedSetting> = {}) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const points: Point[] = [];
  const warnings: string[] = [];
  const log = { ...silent, warn: (_: object, text: string) => void warnings.push(text) };
  const feeding = new CollectorFeed({
    bus,
    log,
    add: (point) => void points.push(point),
    node: 'web.1',
    isNodeEscaped: false,
    naming: 'cleaned',
    isStored: () => true,
    ...over,
  });
  const done = (over: Parameters<typeof collector>[1]) =>
    bus.emit({ type: 'collector-done', collector: collector('cpu', over), changed: true });
  return { feeding, points, warnings, done };
}

test('what a collector sees becomes points at the time it was seen, with how it ran', () => {
  const { points, done } = feed();
  const at = { lastCheck: 1_700_000_005_999, lastRun: 1_700_000_005_999 };
  done({ results: { '%user': 3 }, ...at, durationMs: 1.234, runsTotal: 7, errorsTotal: 2 });
  const time = 1_700_000_005;
  expect(points).toEqual([
    { name: 'web.1.cpu.pct_user', value: 3, time },
    { name: 'opsbro.collector.cpu.duration_ms', value: 1.23, time },
    { name: 'opsbro.collector.cpu.runs', value: 7, time },
    { name: 'opsbro.collector.cpu.errors', value: 2, time },
    { name: 'opsbro.collector.cpu.skipped', value: 0, time },
  ]);
});

test('the dots of the node name may be replaced', () => {
  const { points, done } = feed({ isNodeEscaped: true });
  done({ results: { a: 3 } });
  expect(points[0]?.name).toBe('web_1.cpu.a');
});

test('what was seen before the restart, or by the run before, or not at all makes no points', () => {
  const { points, done } = feed();
  done({ results: { a: 1 }, lastCheck: 1_000, lastRun: null, runsTotal: 0 });
  done({ results: null, lastCheck: null, lastRun: null, state: 'disabled' });
  done({ results: null, lastCheck: null, lastRun: 1_000, state: 'not-eligible' });
  expect(points).toEqual([]);
  done({ results: { a: 1 }, lastCheck: 2_000, lastRun: 2_000 });
  const { length } = points;
  done({ results: { a: 1 }, lastCheck: 2_000, lastRun: 2_000, state: 'disabled' });
  expect(points.length).toBe(length);
});

test('a run that fails has points of how it ran, whether anything was ever seen or not', () => {
  const { points, done } = feed();
  done({ results: null, lastCheck: null, lastRun: 1_000, state: 'error', errorsTotal: 1 });
  done({ results: { a: 1 }, lastCheck: 2_000, lastRun: 2_000, errorsTotal: 1 });
  done({ results: { a: 1 }, lastCheck: 2_000, lastRun: 3_000, state: 'error', errorsTotal: 2 });
  const errors = points.filter(({ name }) => name === 'opsbro.collector.cpu.errors');
  expect(errors.map(({ value, time }) => [time, value])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
  ]);
  expect(points.filter(({ name }) => name === 'web.1.cpu.a')).toHaveLength(1);
});

test('keys that are not to be kept are left out, and a clash is counted each time and told of once', () => {
  const { feeding, points, warnings, done } = feed({ isStored: (_, path) => path[0] !== 'nr_pages' });
  for (const at of [1_000, 2_000]) {
    done({ results: { nr_pages: 5, 'a b': 1, a_b: 2 }, lastCheck: at, lastRun: at });
  }
  expect(points.filter(({ name }) => name.startsWith('web')).map(({ name }) => name)).toEqual([
    'web.1.cpu.a_b',
    'web.1.cpu.a_b',
  ]);
  expect(feeding.clashes).toBe(2);
  done({ results: { nr_pages: 5 }, lastCheck: 2_500, lastRun: 2_500, storesAll: true });
  expect(points.filter(({ name }) => name === 'web.1.cpu.nr_pages')).toHaveLength(1);
  expect(warnings.length).toBe(1);
  feeding[Symbol.dispose]();
  done({ results: { a: 1 }, lastCheck: 3_000, lastRun: 3_000 });
  expect(points.filter(({ time }) => time === 3)).toEqual([]);
});

test('numbers with tags are series with tags as well', () => {
  const { points, done } = feed();
  const results: Metrics = { services: { api: { c1_example: 1 } } };
  tagNumbers(results, [{ path: ['services', 'Up/Now'], tags: { zone: 'z', host: 'c1.example' }, value: 1 }]);
  done({ results, lastCheck: 5_000, lastRun: 5_000 });
  expect(points.filter(({ name }) => !name.startsWith('opsbro'))).toEqual([
    { name: 'web.1.cpu.services.api.c1_example', value: 1, time: 5 },
    { name: 'web.1.cpu.services.up_now;host=c1.example;zone=z', value: 1, time: 5 },
  ]);
});
