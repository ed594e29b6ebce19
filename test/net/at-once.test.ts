import { expect, test } from 'vitest';
import { isFileAtOnce, isFolderAtOnce, isLinkAtOnce } from '../../src/net/at-once.ts';

test.each([
  ['/proc/stat', true],
  ['/proc/42/stat', true],
  ['/proc/self/cgroup', true],
  ['/proc/sys/kernel/pid_max', true],
  ['/proc/net/dev', true],
  ['/proc/net/tcp', false],
  ['/proc/cpuinfo', false],
  ['/proc/42/environ', false],
  ['/sys/class/net/eth0/operstate', true],
  ['/sys/class/net/eth0/speed', false],
  ['/sys/block/nvme0n1/queue/rotational', true],
  ['/sys/fs/cgroup/memory.max', true],
  ['/sys/fs/cgroup/system.slice/x.service/memory.current', true],
  ['/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes', true],
  ['/sys/fs/cgroup/system.slice/memory.stat', false],
  ['/sys/fs/cgroup/system.slice/cpu.stat', false],
  ['/sys/fs/cgroup/cpu/docker/abc/cpu.stat', true],
  ['/sys/fs/cgroup/../../../mnt/far/memory.max', false],
  ['/proc/sys/../../mnt/far', false],
  ['/mnt/far/proc/stat', false],
])('whether %s is read at once: %s', (path, expected) => {
  expect(isFileAtOnce(path)).toBe(expected);
});

test('folders and links of processes are read at once, others in the thread pool', () => {
  expect(['/proc', '/proc/1/fd', '/sys/block'].every(isFolderAtOnce)).toBe(true);
  expect(['/', '/mnt/far', '/proc/1/task'].some(isFolderAtOnce)).toBe(false);
  expect(isLinkAtOnce('/proc/1/fd/3')).toBe(true);
  expect(isLinkAtOnce('/proc/1/cwd')).toBe(false);
});
