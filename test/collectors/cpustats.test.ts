import { expect, test } from 'vitest';
import cpustats, { parseCpus, sharesOf } from '../../src/collectors/cpustats.ts';
import { look } from '../support/collecting.ts';
import { fakeHost } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

const shares = (before: string, after: string) => sharesOf(parseCpus(before), parseCpus(after));

test('time is shared out in percent of what went by', () => {
  expect(shares('cpu 100 0 100 800 0 0 0 0 0 0', 'cpu 150 0 150 900 0 0 0 0 0 0')).toMatchObject({
    cpu_all: { '%user': 25, '%system': 25, '%idle': 50, '%used': 50 },
  });
});

test('all processors together are between 0 and 100, and the mean of each', () => {
  const before =
    'cpu 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0\ncpu2 0 0 0 0 0 0 0 0\ncpu3 0 0 0 0 0 0 0 0';
  const after =
    'cpu 100 0 0 300 0 0 0 0\ncpu0 100 0 0 0 0 0 0 0\ncpu1 0 0 0 100 0 0 0 0\ncpu2 0 0 0 100 0 0 0 0\ncpu3 0 0 0 100 0 0 0 0';
  expect(shares(before, after)).toMatchObject({
    count: 4,
    cpu_all: { '%user': 25, '%idle': 75 },
    cpu0: { '%user': 100, '%idle': 0 },
    cpu3: { '%user': 0, '%idle': 100 },
  });
});

test('the eight columns add up to a hundred, guests are not counted twice', () => {
  const { cpu_all } = shares('cpu 0 0 0 0 0 0 0 0 0 0', 'cpu 7 3 11 101 5 1 2 13 7 3');
  const { '%guest': guest, '%guest_nice': niced, '%used': _, ...eight } = cpu_all as Record<string, number>;
  expect(Object.values(eight).reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0.1);
  expect([guest, niced]).toEqual([4.9, 2.1]);
});

test('time that the kernel took back from iowait counts as none', () => {
  expect(shares('cpu 0 0 0 0 50 0 0 0', 'cpu 50 0 0 50 40 0 0 0')).toMatchObject({
    cpu_all: { '%user': 50, '%iowait': 0, '%idle': 50 },
  });
});

test('columns that an old kernel lacks are absent', () => {
  const { cpu_all } = shares('cpu 0 0 0 0 0 0 0', 'cpu 50 0 0 50 0 0 0');
  expect(cpu_all).not.toHaveProperty('%steal');
  expect(cpu_all).toHaveProperty('%softirq', 0);
});

test('a processor that has just come waits one look, one that went is gone', () => {
  const tree = shares('cpu0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0', 'cpu0 1 0 0 9 0 0 0 0\ncpu2 1 0 0 9 0 0 0 0');
  expect(Object.keys(tree)).toEqual(['cpu0', 'count']);
});

test('the first run looks twice, a second apart; later ones compare with the run before', async () => {
  const files: Record<string, string> = { '/proc/stat': 'cpu 100 0 100 800 0 0 0 0' };
  const host = fakeHost({ files });
  const collect = cpustats.configure({});
  host.clock.after(500, () => {
    files['/proc/stat'] = 'cpu 150 0 150 900 0 0 0 0';
  });
  expect(await look(collect, host)).toMatchObject({ cpu_all: { '%idle': 50 } });

  files['/proc/stat'] = 'cpu 150 0 150 1000 0 0 0 0';
  expect(await look(collect, host)).toMatchObject({ cpu_all: { '%idle': 100 } });
});

test('without any time gone by there is only the number of processors', async () => {
  expect(await look(cpustats.configure({}), fakeHost({ files: MODERN }))).toEqual({ count: 2 });
});
