import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import diskusage, { usageOf } from '../../src/collectors/diskusage.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { FileSystemSpace } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

const space = (blocks: number, blocksFree: number, blocksAvailable: number): FileSystemSpace => ({
  blockSize: 1_048_576,
  blocks,
  blocksFree,
  blocksAvailable,
  files: 200,
  filesFree: 150,
});

test('what is used counts against what a normal user may use, rounded up as by df', () => {
  expect(usageOf(space(1_000, 200, 150))).toEqual({
    total: 1_000,
    used: 800,
    available: 150,
    pct_used: 85,
    inodes_total: 200,
    inodes_used: 50,
    inodes_pct_used: 25,
  });
});

test.each([
  [100, 50, 50, 50],
  [1_000_000, 999_999, 999_999, 1],
  [100, 100, 100, 0],
  [100, 0, 0, 100],
  [0, 0, 0, 0],
])('%d blocks, %d free, %d available: %d %%', (blocks, free, available, percent) => {
  expect(usageOf(space(blocks, free, available))).toMatchObject({ pct_used: percent });
});

test('the real machine agrees with df', async () => {
  const host = systemHost(systemClock);
  const { stdout } = await host.run({ argv: ['df', '--output=pcent', '/'], timeoutMs: 5_000 }, never);
  const percent = Number(/(\d+)%/.exec(stdout)?.[1]);
  const { pct_used: seen } = (await diskusage.configure({})(host, never))['/'] as Metrics;
  // Somebody may write between the two looks.
  expect(Math.abs(Number(seen) - percent)).toBeLessThanOrEqual(1);
});

test('a file system without a number of files has no part of it', () => {
  expect(usageOf({ ...space(10, 5, 5), files: 0, filesFree: 0 })).not.toHaveProperty('inodes_pct_used');
});

test('each file system is shown once, under the path it is seen at; one that does not answer is hung', async () => {
  const spaces = { '/': space(10, 5, 5), '/data files': space(10, 0, 0), '/mnt/far': 'hung' } as const;
  const tree = await diskusage.configure({})(fakeHost({ files: MODERN, spaces }), never);

  expect(Object.keys(tree)).toEqual(['/', '/data files', '/mnt/far']);
  expect(tree['/']).toMatchObject({ fstype: 'ext4', device: '/dev/vda', readonly: false, hung: 0, pct_used: 50 });
  expect(tree['/data files']).toMatchObject({ readonly: true, pct_used: 100 });
  expect(tree['/mnt/far']).toEqual({ fstype: 'nfs', device: 'server:/export', readonly: false, hung: 1 });
});

test('the file system at / is shown whatever it is; files that an engine mounts are not', async () => {
  const files = {
    '/proc/self/mountinfo': [
      '1 0 0:30 / / rw - overlay overlay rw',
      '2 1 8:1 /containers/1/hosts /etc/hosts rw - ext4 /dev/sda1 rw',
      '3 1 8:1 /volumes/a /var/lib/data rw - ext4 /dev/sda1 rw',
      '4 1 0:31 / /run rw - tmpfs tmpfs rw',
      '5 1 0:32 / /home/me/far rw - fuse.sshfs me@far: rw',
    ].join('\n'),
  };
  const spaces = { '/': space(10, 5, 5), '/var/lib/data': space(10, 5, 5), '/home/me/far': space(10, 5, 5) };
  const at = async (options: object) =>
    Object.keys(await diskusage.configure(options)(fakeHost({ files, spaces }), never));

  expect(await at({})).toEqual(['/', '/var/lib/data']);
  expect(await at({ include_types: ['fuse.sshfs'] })).toEqual(['/', '/var/lib/data', '/home/me/far']);
});

test('a path with a line end is shown in one line, as by df', async () => {
  const files = { '/proc/self/mountinfo': '20 1 8:1 / /media/a\\012b rw - vfat /dev/sdb1 rw' };
  const tree = await diskusage.configure({})(fakeHost({ files, spaces: { '/media/a\nb': space(10, 5, 5) } }), never);
  expect(Object.keys(tree)).toEqual(['/media/a?b']);
});

test('a mount that went meanwhile and one without blocks are left out', async () => {
  const spaces = { '/': space(10, 5, 5), '/mnt/far': space(0, 0, 0) };
  expect(Object.keys(await diskusage.configure({})(fakeHost({ files: MODERN, spaces }), never))).toEqual(['/']);
});
