import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ZoneKeyFiles } from '../../src/agent/zone-key-files.ts';
import { tempDirectory } from '../support/temp.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

function filesIn(config: string, files: Readonly<Record<string, string>>, mode = 0o600): ZoneKeyFiles {
  mkdirSync(join(config, 'zone_keys'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(config, 'zone_keys', name);
    writeFileSync(path, text);
    chmodSync(path, mode);
  }
  return new ZoneKeyFiles(config);
}

test('without a directory there are no keys, and nothing to say', async () => {
  using config = tempDirectory();
  const files = new ZoneKeyFiles(config.path);
  expect([...(await files.read())]).toEqual([]);
  expect(await files.remarks()).toEqual([]);
  expect(await files.file('lan').read()).toBeUndefined();
});

test('a written file is for its owner alone, in a directory for its owner alone', async () => {
  using config = tempDirectory();
  const files = new ZoneKeyFiles(config.path);
  await files.file('lan').write(`${KEY}\n`);
  expect(readFileSync(join(config.path, 'zone_keys/lan.gossip.key'), 'utf8')).toBe(`${KEY}\n`);
  expect(statSync(join(config.path, 'zone_keys/lan.gossip.key')).mode & 0o777).toBe(0o600);
  expect(statSync(join(config.path, 'zone_keys')).mode & 0o777).toBe(0o700);
  expect(await files.remarks()).toEqual([]);
});

test('the keys of every zone are read, and why some cannot be', async () => {
  using config = tempDirectory();
  const files = filesIn(config.path, {
    'lan.gossip.key': KEY,
    'dc.gossip.key': 'x!',
    'lan.exec.key': 'PEM',
    other: '',
  });
  mkdirSync(join(config.path, 'zone_keys/folder.gossip.key'));
  writeFileSync(join(config.path, 'zone_keys/huge.gossip.key'), 'A'.repeat(20_000), { mode: 0o600 });
  const read = await files.read();
  expect([...read.keys()].sort()).toEqual(['dc', 'folder', 'huge', 'lan']);
  expect(read.get('lan')).toEqual({ keys: [new Uint8Array(32).fill(7)] });
  expect(read.get('dc')).toEqual({ problem: expect.stringMatching(/dc\.gossip\.key: line 1 is not base64$/) });
  expect(read.get('folder')).toEqual({ problem: expect.stringContaining('cannot be read: it is no file') });
  expect(read.get('huge')).toEqual({ problem: expect.stringContaining('it is 20000 bytes long') });
});

test('files that others can read are named, and keys that are not used', async () => {
  using config = tempDirectory();
  const files = filesIn(config.path, { 'lan.gossip.key': KEY, 'lan.private.key': 'RSA', 'lan.exec.pub': 'PEM' }, 0o644);
  const directory = join(config.path, 'zone_keys');
  expect(await files.remarks()).toEqual([
    {
      code: 'readable',
      text: `${directory}/lan.gossip.key can be read or changed by others (mode 0644); run chmod 600 ${directory}/lan.gossip.key`,
    },
    { code: 'rsa', text: `${directory}/lan.private.key: RSA executor keys are not used; run opsbro executors keygen` },
  ]);
});
