import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const host = systemHost(systemClock);

test('tells what is at a path, and whether a link leads there', async () => {
  using folder = tempDirectory();
  const at = (name: string) => join(folder.path, name);
  writeFileSync(at('file'), 'abc');
  mkdirSync(at('folder'));
  symlinkSync(at('file'), at('to-file'));
  symlinkSync(at('gone'), at('to-nothing'));
  symlinkSync(at('round'), at('round'));
  await host.run({ argv: ['mkfifo', at('fifo')], timeoutMs: 5_000 }, never);

  expect(await host.stat(at('file'))).toMatchObject({ kind: 'file', isLink: false, bytes: 3 });
  expect(await host.stat(at('folder'))).toMatchObject({ kind: 'directory', isLink: false, bytes: 0 });
  expect(await host.stat(at('to-file'))).toMatchObject({ kind: 'file', isLink: true, bytes: 3 });
  expect(await host.stat(at('to-nothing'))).toMatchObject({ kind: 'nothing', isLink: true });
  expect(await host.stat(at('round'))).toMatchObject({ kind: 'nothing', isLink: true });
  expect(await host.stat(at('fifo'))).toMatchObject({ kind: 'pipe' });
  expect(await host.stat('/dev/null')).toMatchObject({ kind: 'device' });
  await expect(host.stat(at('gone'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('hashes regular files of up to 1 GiB and nothing else', async () => {
  using folder = tempDirectory();
  const path = join(folder.path, 'file');
  writeFileSync(path, 'a'.repeat(300_000));
  expect(await host.hashFile(path, 'md5', never)).toBe('92712d77c46f3ee77d7ac6caba4fe2ba');
  truncateSync(path, 1_024 ** 3 + 1);
  await expect(host.hashFile(path, 'md5', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  await expect(host.hashFile('/dev/zero', 'md5', never)).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(host.hashFile(folder.path, 'md5', never)).rejects.toMatchObject({ code: 'EINVAL' });
});
