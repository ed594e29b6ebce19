import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { confFiles, controlFile, md5Sums } from '../../scripts/deb/control.ts';

let tree = '';

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'opsbro-tree-'));
  for (const [path, text] of Object.entries({
    'etc/opsbro/agent.yml': 'groups: []\n',
    'etc/default/opsbro': '',
    'usr/lib/opsbro/b': 'x'.repeat(2_000),
    'usr/bin/a': 'hello\n',
    'DEBIAN/postinst': '',
  })) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  onTestFinished(() => rmSync(tree, { recursive: true }));
});

test('everything below etc is the administrator’s', async () => {
  expect(await confFiles(tree)).toBe('/etc/default/opsbro\n/etc/opsbro/agent.yml\n');
});

test('what is not can be verified', async () => {
  expect(await md5Sums(tree)).toMatch(
    /^b1946ac92492d2347c6235b4d2611184 {2}usr\/bin\/a\n[0-9a-f]{32} {2}usr\/lib\/opsbro\/b\n$/,
  );
});

test.each([
  [false, 'Depends: nodejs (>= 20.19), passwd'],
  [true, 'Depends: libstdc++6, passwd'],
])('a package with its own Node (%s) says what it needs', async (hasNode, depends) => {
  const control = await controlFile({
    version: '1.0.0-rc.1',
    architecture: 'amd64',
    description: 'short',
    hasNode,
    tree,
  });
  expect(control.split('\n')).toEqual(
    expect.arrayContaining([
      'Package: opsbro',
      'Version: 1.0.0~rc.1',
      'Installed-Size: 2',
      depends,
      'Description: short',
    ]),
  );
});
