import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const host = systemHost(systemClock);

test('reads files of any length, also those of the kernel that do not know theirs', async () => {
  using folder = tempDirectory();
  for (const length of [0, 1, 32_767, 32_768, 32_769, 500_000]) {
    const path = join(folder.path, String(length));
    writeFileSync(path, 'é'.repeat(length / 2) + 'x'.repeat(length % 2));
    expect(Buffer.byteLength(await host.readFile(path))).toBe(length);
  }
  expect(await host.readFile('/proc/loadavg')).toMatch(/^\d+\.\d+ /);
});

test('refuses files without end', async () => {
  using folder = tempDirectory();
  const path = join(folder.path, 'long');
  writeFileSync(path, '');
  truncateSync(path, 17 * 1_024 * 1_024);
  await expect(host.readFile(path)).rejects.toMatchObject({ code: 'EFBIG' });
  await expect(host.readFile('/dev/zero')).rejects.toMatchObject({ code: 'EFBIG' });
});

test('does not wait for somebody to write into a FIFO', async () => {
  using folder = tempDirectory();
  const path = join(folder.path, 'fifo');
  await host.run({ argv: ['mkfifo', path], timeoutMs: 5_000 }, never);
  expect(await host.readFile(path)).toBe('');
});

test('says with the code of the system what is wrong', async () => {
  await expect(host.readFile('/nonesuch')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(host.readdir('/nonesuch')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(host.readFile('/proc')).rejects.toMatchObject({ code: 'EISDIR' });
});

test.each([
  ['/proc/loadavg', true],
  ['/proc', true],
  ['/dev/null', true],
  ['/nonesuch', false],
  ['/proc/loadavg/below', false],
])('%s is there: %s', async (path, isThere) => {
  expect(await host.exists(path)).toBe(isThere);
});

test('knows who and what it is', async () => {
  const { hostname, fqdn, user, uid, timezone } = await host.facts();
  expect(fqdn.toLowerCase().startsWith((hostname.split('.')[0] ?? '').toLowerCase())).toBe(true);
  expect(user).not.toBe('');
  expect(uid).toBe(process.getuid?.());
  expect(timezone.name).not.toBe('');
  expect(host.interfaces().find(({ address }) => address === '127.0.0.1')).toMatchObject({ family: 4, internal: true });
});

test('gives the names in a directory, no more than asked for', async () => {
  using folder = tempDirectory();
  for (let number = 0; number < 600; number += 1) writeFileSync(join(folder.path, `file${number}`), '');
  expect(await host.readdir(folder.path)).toHaveLength(600);
  expect(new Set(await host.readdir(folder.path, 1_000)).size).toBe(600);
  expect(await host.readdir(folder.path, 550)).toHaveLength(550);
  expect(await host.readdir(folder.path, 0)).toEqual([]);
  await expect(host.readdir('/nowhere', 5)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('reads a file until a piece of it is enough', async () => {
  using folder = tempDirectory();
  const path = join(folder.path, 'lines');
  writeFileSync(path, 'a'.repeat(40_000) + 'b'.repeat(400_000));
  const seen: number[] = [];
  const text = await host.readUntil(path, (piece) => {
    seen.push(piece.length);
    return piece.includes('b');
  });
  expect(text.startsWith(`${'a'.repeat(40_000)}b`)).toBe(true);
  expect(text.length).toBeLessThan(440_000);
  expect(seen.length).toBe(2);
  expect((await host.readUntil(path, () => false)).length).toBe(440_000);
  await expect(host.readUntil('/nonesuch', () => true)).rejects.toMatchObject({ code: 'ENOENT' });
});
