import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { writePrivateFile } from '../../src/cli/private-file.ts';
import { fakeAgent, opsbro, refused } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

const AGENT = {
  'GET /agent/info': { uuid: 'id-a', home: { config: '/nowhere', data: '/nowhere', log: '/nowhere' } },
  'GET /log/parts/': [],
  'GET /kv-export?prefix=': { any: 'bytes' },
};
const LINES = [
  ['agent debug', '--out'],
  ['kv export', '--output'],
] as const;

const modeOf = (file: string) => statSync(file).mode & 0o777;

test.each(LINES)('%s gives an older file that others can read the mode of a new one', async (line, option) => {
  using folder = tempDirectory();
  await using agent = await fakeAgent(AGENT);
  const file = join(folder.path, 'out');
  writeFileSync(file, 'before');
  chmodSync(file, 0o666);
  expect(await opsbro(`${line} ${option} ${file}`, agent)).toMatchObject({ code: 0 });
  expect(modeOf(file)).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('before');
  expect(readdirSync(folder.path)).toEqual(['out']);
});

test.each(LINES)(
  '%s puts nothing in the place of a link or a directory, nor where there is no place',
  async (line, option) => {
    using folder = tempDirectory();
    await using agent = await fakeAgent(AGENT);
    const target = join(folder.path, 'target');
    writeFileSync(target, 'as it was');
    symlinkSync(target, join(folder.path, 'link'));
    mkdirSync(join(folder.path, 'directory'));
    for (const name of ['link', 'directory']) {
      const file = join(folder.path, name);
      expect(await opsbro(`${line} ${option} ${file} --json`, agent)).toMatchObject({
        code: 2,
        out: expect.stringContaining('"code":"bad_request"'),
        err: `error: ${option}: ${file} is there and is no plain file; name a new file or a plain one\n`,
      });
    }
    const nowhere = await opsbro(`${line} ${option} ${folder.path}/no/such/file`, agent);
    const why = `ENOENT: no such file or directory, open '${folder.path}/no/such/file'`;
    expect(nowhere).toMatchObject({ code: 2, err: `error: ${option}: ${why}\n` });
    expect(readFileSync(target, 'utf8')).toBe('as it was');
    expect(readdirSync(folder.path).sort()).toEqual(['directory', 'link', 'target']);
  },
);

test('what cannot be brought to its end leaves the older file', async () => {
  using folder = tempDirectory();
  const file = join(folder.path, 'out');
  writeFileSync(file, 'as it was');
  await using agent = await fakeAgent({ 'GET /kv-export?prefix=': refused(503, 'quorum', 'n3 did not answer') });
  expect(await opsbro(`kv export --output ${file}`, agent)).toMatchObject({
    code: 1,
    err: expect.stringContaining('n3'),
  });
  const half = writePrivateFile({ path: file, option: '--output' }, async (opened) => {
    await opened.writeFile('half');
    throw new Error('the rest does not come');
  });
  await expect(half).rejects.toThrow(/^the rest does not come$/);
  expect(readFileSync(file, 'utf8')).toBe('as it was');
  expect(readdirSync(folder.path)).toEqual(['out']);
});

test.each([
  ['SIGINT', 130, 'interrupted'],
  ['SIGTERM', 143, 'ended by SIGTERM'],
  ['SIGHUP', 129, 'ended by SIGHUP'],
] as const)('an export that %s ends leaves nothing half written, and the older file', async (signal, code, why) => {
  using folder = tempDirectory();
  const file = join(folder.path, 'out');
  writeFileSync(file, 'as it was');
  const signals = new EventEmitter();
  await using endless = new Disposal();
  const door = createServer((_request, response) => {
    response.write('the first lines');
    const isBegun = () => readdirSync(folder.path).some((name) => statSync(join(folder.path, name)).size === 15);
    const looking = setInterval(() => isBegun() && signals.emit(signal), 5);
    response.on('close', () => clearInterval(looking));
  });
  const socket = join(folder.path, 's');
  await once(door.listen(socket), 'listening');
  endless.defer(async () => void door.close());
  const line = `--socket ${socket} kv export --output ${file} --json`;
  expect(await opsbro(line, { signals })).toEqual({
    code,
    out: `${JSON.stringify({ error: { code: 'interrupted', message: `${why}; ${file} is not written` } })}\n`,
    err: `error: ${why}; ${file} is not written\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('as it was');
  expect(readdirSync(folder.path).sort()).toEqual(['out', 's']);
  expect(signals.eventNames()).toEqual([]);
});
