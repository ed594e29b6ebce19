import { expect, test } from 'vitest';
import cgroup from '../../src/collectors/cgroup.ts';
import { placeOf, sliceOf } from '../../src/collectors/support/cgroup-place.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { MEMBERSHIP, version1, version2 } from '../support/cgroup-trees.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeHost, never } from '../support/host.ts';

const OWN = '/system.slice/opsbro.service';

const GAUGES = {
  usage: 67_108_864,
  working_set: 50_331_648,
  rss: 33_554_432,
  cache: 29_360_128,
  swap: 4_096,
  active_anon: 4_096,
  inactive_anon: 33_550_336,
  active_file: 12_582_912,
  inactive_file: 16_777_216,
  mapped_file: 1_048_576,
  unevictable: 0,
  oom_kill: 2,
};
const BEFORE = { cpuS: 100, readBytes: 1_000_000, throttled: 0 };
const AFTER = { cpuS: 105, readBytes: 3_000_000, throttled: 10 };

const SYSTEMS = [
  ['version 2', version2, MEMBERSHIP[2]],
  ['version 1', version1, MEMBERSHIP[1]],
  ['both versions', version1, MEMBERSHIP.hybrid],
] as const;

test.each(SYSTEMS)('with %s: at first what is in use, then rates over 10 s', async (name, tree, membership) => {
  const clock = new SimulatedClock();
  const files: Record<string, string> = { '/proc/self/cgroup': membership(OWN), ...tree(OWN, BEFORE) };
  const collect = cgroup.configure({});
  const host = fakeHost({ files, clock });
  expect(await collect(host, never)).toEqual({ self: { memory: GAUGES, pids: 3 } });

  await clock.runAsync(10_000);
  Object.assign(files, tree(OWN, AFTER));
  const charged = name === 'version 2' ? {} : { pgpgin: 200, pgpgout: 0 };
  expect(await collect(host, never)).toEqual({
    self: {
      memory: { ...GAUGES, pgfault: 200, pgmajfault: 0, ...charged },
      cpu: { pct: 50, user: 25, system: 25, throttled_pct: 25 },
      io: { 'read_bytes/s': 200_000, 'write_bytes/s': 0 },
      pids: 3,
    },
  });
});

test.each(SYSTEMS)('with %s a limit is shown, and how much of it is taken', async (_, tree, membership) => {
  const files = { '/proc/self/cgroup': membership(OWN), ...tree(OWN, BEFORE, '100663296') };
  const { self } = await cgroup.configure({})(fakeHost({ files }), never);
  expect((self as Metrics)['memory']).toMatchObject({ limit: 100_663_296, pct: 50 });
});

test.each(SYSTEMS)('with %s slices are looked at when they are named', async (_, tree, membership) => {
  const slice = '/user.slice/user-1000.slice';
  const files = { '/proc/self/cgroup': membership(OWN), ...tree(OWN, BEFORE), ...tree(slice, BEFORE) };
  const collect = cgroup.configure({ slices: ['user-1000.slice', 'gone.slice'] });
  expect((await collect(fakeHost({ files }), never))['slices']).toEqual({
    'user-1000.slice': { memory: GAUGES, pids: 3 },
  });
});

test.each(SYSTEMS)('with %s a container sees its own group as the root of all', async (_, tree, membership) => {
  const files = { '/proc/self/cgroup': membership('/docker/abc'), ...tree('', BEFORE) };
  expect(await cgroup.configure({})(fakeHost({ files }), never)).toMatchObject({ self: { memory: GAUGES } });
});

test.each(['', 'nonsense', '1:name=systemd:/', '0::/../../etc'])(
  'a machine that says "%s" is not eligible',
  async (text) => {
    await expect(cgroup.configure({})(fakeHost({ files: { '/proc/self/cgroup': text } }), never)).rejects.toThrow(
      /no control groups|cannot be seen/,
    );
  },
);

test('a slice lies in those that its name begins with', () => {
  expect(sliceOf('a-b-c.slice', 2).folder('memory')).toBe('/sys/fs/cgroup/a.slice/a-b.slice/a-b-c.slice');
  expect(sliceOf('system.slice', 1).folder('cpu')).toBe('/sys/fs/cgroup/cpu/system.slice');
  expect(() => cgroup.configure({ slices: ['../../etc'] })).toThrow('write names such as system.slice');
  expect(placeOf('0::/a/../b')).toBeUndefined();
});
