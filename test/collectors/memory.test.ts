import { expect, test } from 'vitest';
import memory, { parseMeminfo, summary } from '../../src/collectors/memory.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN, OLD } from '../support/machines.ts';

test('lines are lower-cased, with and without a unit', () => {
  expect([...parseMeminfo('Active(anon):      20 kB\nHugePages_Total:       3\nnonsense\nEmpty:\n')]).toEqual([
    ['active(anon)', 20],
    ['hugepages_total', 3],
  ]);
});

test('free memory is what could be had at once', async () => {
  expect(await memory.configure({})(fakeHost({ files: MODERN }), never)).toMatchObject({
    memtotal: 1000,
    phys_total: 1000,
    phys_free: 400,
    phys_used: 60,
    available_pct: 30,
    swap_free: 300,
    swap_used: 25,
  });
});

test('a container with a limit says how much of it is used', async () => {
  const { cgroup } = await memory.configure({})(fakeHost({ files: MODERN }), never);
  expect(cgroup).toEqual({ limit: 512_000, used: 128_000, used_pct: 25 });
});

test.each([
  ['max', { '/sys/fs/cgroup/memory.max': 'max\n' }],
  ['more than there is', { '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' }],
  ['nowhere', {}],
])('a limit of %s is none', async (_, limits) => {
  const tree = await memory.configure({})(fakeHost({ files: { ...OLD, ...limits } }), never);
  expect(tree).not.toHaveProperty('cgroup');
});

test('without swap space none of it is used, and what an old kernel does not say is absent', () => {
  const tree = summary(parseMeminfo('MemTotal: 1000 kB\nMemFree: 250 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n'));
  expect(tree).toEqual({ phys_total: 1000, phys_free: 250, phys_used: 75, swap_free: 0, swap_used: 0 });
});
