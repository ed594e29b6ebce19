import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { FileWatch, watchedDirectories } from '../../src/agent/watch-files.ts';
import { findHome } from '../../src/base/home.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

/** Watches directories; tells how often changes were told, and how often one was heard of. */
function watching(directories: readonly string[]) {
  const clock = new SimulatedClock();
  const heard = vi.spyOn(clock, 'after');
  const changed = vi.fn();
  const failed = vi.fn();
  const files = new FileWatch({ directories, clock, changed, failed });
  /** Makes a change and waits until it is heard of, which may be more than once. */
  const change = async (make: () => void) => {
    const before = heard.mock.calls.length;
    make();
    await vi.waitFor(() => expect(heard.mock.calls.length).toBeGreaterThan(before), { timeout: 5_000 });
  };
  return { clock, changed, failed, files, change };
}

test('a change is told once half a second after the last one', async () => {
  using folder = tempDirectory();
  const { clock, changed, failed, files, change } = watching([folder.path]);
  using _files = files;
  await change(() => writeFileSync(join(folder.path, 'a.yml'), 'a: 1\n'));
  clock.run(400);
  await change(() => writeFileSync(join(folder.path, 'b.yml'), 'b: 1\n'));
  clock.run(499);
  expect(changed).not.toHaveBeenCalled();
  clock.run(1);
  expect(changed).toHaveBeenCalledOnce();
  clock.run(10_000);
  expect(changed).toHaveBeenCalledOnce();
  expect(failed).not.toHaveBeenCalled();
});

test('what lies deeper counts as well, what editors leave does not', async () => {
  using folder = tempDirectory();
  mkdirSync(join(folder.path, 'packs/demo'), { recursive: true });
  const { clock, changed, files, change } = watching([folder.path]);
  using _files = files;
  for (const name of ['.a.yml.swp', 'a.yml~', 'a.yml.bak', '4913']) writeFileSync(join(folder.path, name), '');
  await change(() => writeFileSync(join(folder.path, 'packs/demo/a.yml'), 'a: 1\n'));
  clock.run(500);
  expect(changed).toHaveBeenCalledOnce();
});

test('a directory that is not there is found by a later look, without a word', async () => {
  using folder = tempDirectory();
  const later = join(folder.path, 'later');
  const { clock, changed, failed, files, change } = watching([later]);
  using _files = files;
  mkdirSync(later);
  files.look();
  files.look();
  await change(() => writeFileSync(join(later, 'a.yml'), ''));
  clock.run(500);
  expect(changed).toHaveBeenCalledOnce();
  expect(failed).not.toHaveBeenCalled();
});

test('after its end nothing is told, and a directory that goes away harms nobody', async () => {
  using folder = tempDirectory();
  const gone = join(folder.path, 'gone');
  mkdirSync(gone);
  const { clock, changed, files, change } = watching([gone]);
  await change(() => writeFileSync(join(gone, 'a.yml'), ''));
  rmSync(gone, { recursive: true });
  files.look();
  files[Symbol.dispose]();
  clock.run(10_000);
  expect(changed).not.toHaveBeenCalled();
});

test('watched is what people write: the configuration, packs of every level, and what is shipped', () => {
  const flags = { home: '/h' };
  const home = findHome({ env: {}, flags, uid: 1, cwd: '/', userHome: '/', program: '/p', exists: () => false });
  expect(watchedDirectories(home)).toEqual([
    '/h/etc',
    '/h/data/core-configuration',
    '/h/data/global-configuration',
    '/h/data/zone-configuration',
    '/h/data/local-configuration',
    '/p/etc',
  ]);
});
