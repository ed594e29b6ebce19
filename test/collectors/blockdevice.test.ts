import { expect, test } from 'vitest';
import blockdevice from '../../src/collectors/blockdevice.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

test('tells of disks, but not of what is made of them, of memory or of empty drives', async () => {
  expect(await blockdevice.configure({})(fakeHost({ files: MODERN }), never)).toEqual({
    nvme0n1: {
      model: 'Samsung SSD 970 PRO 512GB',
      size: '1000',
      size_bytes: 512_000,
      rotational: false,
      removable: false,
    },
  });
});

test('a machine without disks is not eligible', async () => {
  await expect(blockdevice.configure({})(fakeHost(), never)).rejects.toThrow('this system has no disk in /sys/block');
});
