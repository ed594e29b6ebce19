import { expect, test } from 'vitest';
import iostats, { parseDisks, workOf } from '../../src/collectors/iostats.ts';
import { look } from '../support/collecting.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN, OLD } from '../support/machines.ts';

const BEFORE = '8 0 sda 100 0 2000 50 10 0 800 20 0 70 90';
const AFTER = '8 0 sda 200 10 4000 100 20 5 1600 40 0 1070 190';

function work(before: string, after: string) {
  const [first, second] = [before, after].map((line) => parseDisks(line).get('sda'));
  return workOf(first ?? new Map(), second ?? new Map(), 10);
}

test.each([
  ['before 4.18', '', ''],
  ['from 4.18', ' 0 0 0 0', ' 10 0 80 1'],
  ['from 5.5', ' 0 0 0 0 0 0', ' 10 0 80 1 30 2'],
])('a disk of a kernel %s', (_, before, after) => {
  expect(work(BEFORE + before, AFTER + after)).toMatchObject({
    'reads/s': 10,
    'reads_merged/s': 1,
    'writes/s': 1,
    'writes_merged/s': 0.5,
    'read_bytes/s': 102_400,
    'write_bytes/s': 40_960,
    'util%': 10,
    await_ms: 0.64,
    queue: 0.01,
    in_flight: 0,
  });
});

test('discards and flushes are there where the kernel counts them', () => {
  expect(work(BEFORE, AFTER)).not.toHaveProperty('discards/s');
  expect(work(`${BEFORE} 0 0 0 0 0 0`, `${AFTER} 10 0 80 1 30 2`)).toMatchObject({
    'discards/s': 1,
    'discard_bytes/s': 4_096,
    'flushes/s': 3,
  });
});

test('a disk that did nothing has no mean time, one that just came only what is at this moment', () => {
  expect(work(BEFORE, BEFORE)).not.toHaveProperty('await_ms');
  expect(workOf(new Map(), parseDisks(BEFORE).get('sda') ?? new Map(), 10)).toEqual({ in_flight: 0 });
});

test('a counter that was reset gives no rate, a time of 32 bits goes on', () => {
  const tree = work('8 0 sda 100 0 2000 50 10 0 800 20 0 4294967290 90', '8 0 sda 90 0 2000 50 10 0 800 20 0 10 90');
  expect(tree).not.toHaveProperty('reads/s');
  expect(tree).toMatchObject({ 'util%': 0.16 });
});

test('a disk cannot be busier than all the time', () => {
  expect(work(BEFORE, '8 0 sda 100 0 2000 50 10 0 800 20 0 20070 90')['util%']).toBe(100);
});

test.each([
  ['whole disks', {}, ['nvme0n1']],
  ['partitions too', { partitions: true }, ['nvme0n1', 'nvme0n1p1']],
  ['only what is included', { partitions: true, include: ['*p1'] }, ['nvme0n1p1']],
  ['loop devices when asked for', { exclude: [] }, ['loop0', 'nvme0n1']],
])('looks at %s', async (_, options, names) => {
  expect(Object.keys(await look(iostats.configure(options), fakeHost({ files: MODERN })))).toEqual(names);
});

test('where the system does not say what whole disks are, all that are not excluded count', async () => {
  expect(Object.keys(await look(iostats.configure({}), fakeHost({ files: OLD })))).toEqual(['sda']);
});

test('a machine without disks is not eligible', async () => {
  await expect(look(iostats.configure({}), fakeHost({ files: { '/proc/diskstats': '' } }))).rejects.toThrow(
    'this system has no disk to look at',
  );
  await expect(iostats.configure({})(fakeHost(), never)).rejects.toThrow('this system has no /proc/diskstats');
});
