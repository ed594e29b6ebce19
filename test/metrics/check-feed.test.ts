import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { CheckFeed } from '../../src/metrics/check-feed.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { scaleOf } from '../../src/model/perf-units.ts';
import { check } from '../support/nodes.ts';

/** The series that the performance data of a check makes. */
function seriesOf(perfdata: readonly string[], withThresholds: boolean = false) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const points: Record<string, number> = {};
  using _ = new CheckFeed({
    bus,
    node: 'db.1',
    isNodeEscaped: true,
    withThresholds,
    add: ({ name, value, time }) => {
      points[name] = value;
      expect(time).toBe(12);
    },
  });
  const record = check('linux/my disks', { perfdata, lastCheck: 12_900 });
  bus.emit({ type: 'check-done', check: record, result: { state: 'ok', output: '' } });
  return points;
}

test('measured values become series in seconds and bytes, by the names of check and label', () => {
  expect(seriesOf(['/=2KB;1;2', '/dev/shm=1B', "'a b'=5%", 'rta=0.05ms;100;500', 'n=11c', 't=U'])).toEqual({
    'db_1.linux.my_disks.root': 2_048,
    'db_1.linux.my_disks._dev_shm': 1,
    'db_1.linux.my_disks.a_b': 5,
    'db_1.linux.my_disks.rta': 0.00005,
    'db_1.linux.my_disks.n': 11,
  });
});

test('where they warn may be series too', () => {
  expect(seriesOf(['rta=1ms;100;500', 'x=1;5:;~:9'], true)).toEqual({
    'db_1.linux.my_disks.rta': 0.001,
    'db_1.linux.my_disks.rta.warn': 0.1,
    'db_1.linux.my_disks.rta.crit': 0.5,
    'db_1.linux.my_disks.x': 1,
    'db_1.linux.my_disks.x.crit': 9,
  });
});

test.each<[string, number]>([
  ['s', 1],
  ['ms', 0.001],
  ['us', 0.000001],
  ['B', 1],
  ['KB', 1_024],
  ['kB', 1_024],
  ['MiB', 1_048_576],
  ['GB', 1_073_741_824],
  ['b', 1],
  ['C', 1],
  ['', 1],
])('the unit %j scales by %d', (unit, scale) => {
  expect(scaleOf(unit)).toBe(scale);
});
