import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import postfix from '../../src/collectors/postfix.ts';
import { lookUp } from '../../src/expressions/paths.ts';
import { numbersIn } from '../../src/metrics/collector-series.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import { undeclared } from '../support/declared.ts';
import { fakeHost, never, systemError } from '../support/host.ts';
import { lookUntil } from '../support/look-until.ts';
import { startPostfix } from '../support/servers/postfix.ts';
import { asNobody, isRoot } from '../support/servers/server.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const SPOOL = '/var/spool/postfix';
const mails = (...paths: readonly string[]) => Object.fromEntries(paths.map((path) => [`${SPOOL}/${path}`, '']));
const collect = postfix.configure({});

test('counts the mails of each queue, however deep their files are spread', async () => {
  const files = mails(
    'deferred/A/A1F3D21CB4C',
    'deferred/B/C/BC4E2',
    'deferred/3F9kTz1bQz4V',
    'hold/5/5D2A',
    'active/77A1',
  );
  const seen = await collect(fakeHost({ files, dirs: [`${SPOOL}/incoming`, `${SPOOL}/deferred/9`] }), never);
  const counts = { deferred: 3, active: 1, maildrop: 0, incoming: 0, corrupt: 0, hold: 1 };
  expect(seen).toEqual({
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [`queue.${name}`, count])),
    queue: counts,
  });
  expect(undeclared(postfix, seen)).toEqual([]);
  expect(lookUp(seen, ['queue', 'deferred'])).toBe(3);
});

test('each queue makes one series', async () => {
  const seen = await collect(fakeHost({ files: mails('deferred/A1F3D') }), never);
  const stored = [...numbersIn(seen)]
    .map(({ path }) => path)
    .filter((path) => postfix.keys.find((key) => standsFor(key, path))?.stored ?? true);
  expect(stored).toEqual(
    ['deferred', 'active', 'maildrop', 'incoming', 'corrupt', 'hold'].map((name) => ['queue', name]),
  );
});

test('a machine without Postfix is not for it', async () => {
  await expect(collect(fakeHost(), never)).rejects.toMatchObject({
    name: 'NotEligible',
    message: 'this system has no /var/spool/postfix',
  });
});

/** A machine where some directories fail. */
function failingAt(code: string, ...directories: readonly string[]) {
  const host = fakeHost({ files: mails('deferred/A/A1F3D', 'hold/5D2A') });
  return {
    ...host,
    readdir: async (path: string, most?: number) => {
      if (directories.some((each) => path === `${SPOOL}/${each}`)) throw systemError(code, `scandir '${path}'`);
      return await host.readdir(path, most);
    },
  };
}

test.each(['EACCES', 'EPERM'])('a queue that may not be read (%s) is left out', async (code) => {
  const seen = await collect(failingAt(code, 'deferred/A'), never);
  expect(seen).toMatchObject({ 'queue.hold': 1 });
  expect(seen).not.toHaveProperty(['queue.deferred']);
  expect(seen).not.toHaveProperty(['queue', 'deferred']);
});

test('a user who may read none of them is told who may', async () => {
  const all = ['deferred', 'active', 'maildrop', 'incoming', 'corrupt', 'hold'];
  await expect(collect(failingAt('EACCES', ...all), never)).rejects.toMatchObject({
    name: 'NotEligible',
    message: "/var/spool/postfix/deferred may not be read by the agent's user; run the agent as root to count mails",
  });
});

test('a disk that fails is an error that names the directory', async () => {
  await expect(collect(failingAt('EIO', 'hold'), never)).rejects.toThrow("EIO: scandir '/var/spool/postfix/hold'");
});

test('directories that vanish meanwhile are empty', async () => {
  expect(await collect(failingAt('ENOENT', 'deferred/A'), never)).toMatchObject({ 'queue.deferred': 0 });
});

test('counting ends at a hundred thousand, and reads no further', async () => {
  const asked: number[] = [];
  const host = {
    ...fakeHost({ dirs: [SPOOL] }),
    readdir: async (path: string, most = Number.POSITIVE_INFINITY) => {
      if (path === `${SPOOL}/deferred`) return ['A', 'B', 'C'];
      if (!path.includes('deferred')) return [];
      asked.push(most);
      return Array.from({ length: Math.min(70_000, most) }, (_, at) => `mail${at}`);
    },
  };
  const seen = (await collect(host, never)) as { queue: Metrics } & Metrics;
  expect([seen['queue.deferred'], seen.queue['deferred'], seen['truncated']]).toEqual([100_000, 100_000, true]);
  expect(asked).toEqual([100_001, 30_001]);
  expect(undeclared(postfix, seen)).toEqual([]);
});

test('counts files of a real directory', async () => {
  using folder = tempDirectory();
  for (const name of ['deferred/E', 'deferred/F', 'active']) mkdirSync(join(folder.path, name), { recursive: true });
  for (const name of ['deferred/E/E58FD', 'deferred/E/EA6DC', 'deferred/F/F2FE2'])
    writeFileSync(join(folder.path, name), '');
  await using host = systemHost(systemClock);
  expect(await postfix.configure({ path: folder.path })(host, never)).toMatchObject({
    'queue.deferred': 3,
    queue: { deferred: 3, active: 0, hold: 0 },
  });
});

if (isRoot) {
  testWith(
    'postfix',
    'a real server tells of the mails it could not deliver',
    async (program) => {
      await using server = await startPostfix(program);
      await using host = systemHost(systemClock);
      const look = () => postfix.configure({ path: server.spool })(host, never);
      expect(await look()).toMatchObject({ queue: { deferred: 0, hold: 0, maildrop: 0 } });
      const refused: unknown = await asNobody(look).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: 'NotEligible', message: expect.stringContaining('run the agent as root') });
      for (const name of ['a', 'b', 'c']) server.send(`${name}@example.invalid`);
      const seen = await lookUntil(look, (queues) => queues['queue.deferred'] === 3, 200);
      expect(seen).toMatchObject({ queue: { deferred: 3, active: 0, maildrop: 0, incoming: 0, corrupt: 0, hold: 0 } });
    },
    40_000,
  );
}
