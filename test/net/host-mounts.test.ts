import { expect, test } from 'vitest';
import { parseMounts } from '../../src/net/mounts.ts';

test('a mount with everything', () => {
  expect(parseMounts('28 27 254:16 / /data ro,noatime shared:2 master:3 - xfs /dev/vdb rw,attr2\n')).toEqual([
    { deviceId: '254:16', root: '/', mountPoint: '/data', type: 'xfs', source: '/dev/vdb', isReadOnly: true },
  ]);
});

test.each([
  ['\\040', ' '],
  ['\\011', '\t'],
  ['\\012', '\n'],
  ['\\134', '\\'],
])('%s in a name is the character it stands for', (written, meant) => {
  expect(parseMounts(`1 0 8:1 / /a${written}b rw - ext4 /dev/sda rw`)).toMatchObject([{ mountPoint: `/a${meant}b` }]);
});

test('what is mounted last on a mount point hides the others', () => {
  const [first, second] = ['1 0 8:1 / /a rw - ext4 /dev/sda rw', '2 1 8:2 / /a rw - ext4 /dev/sdb rw'];
  expect(parseMounts(`${first}\n${second}`)).toMatchObject([{ source: '/dev/sdb' }]);
});

test('a file system that as a whole is read-only is read-only', () => {
  expect(parseMounts('1 0 8:1 / / rw - ext4 /dev/sda ro,errors=remount-ro')).toMatchObject([{ isReadOnly: true }]);
  expect(parseMounts('1 0 8:1 / / rw - ext4 /dev/sda rw,errors=remount-ro')).toMatchObject([{ isReadOnly: false }]);
});

test.each(['', '1 0 8:1', '1 0 8:1 / /a rw ext4 /dev/sda rw', '1 0 8:1 / /a rw -', 'x'])('"%s" is no mount', (line) => {
  expect(parseMounts(line)).toEqual([]);
});
