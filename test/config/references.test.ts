import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isReference, resolveReferences } from '../../src/config/references.ts';
import { tempDirectory } from '../support/temp.ts';

const from = (kind: string, name: string): string => `\${${kind}:${name}}`;

test.each([
  [from('env', 'NAME'), true],
  [from('file', '/run/secrets/a b'), true],
  [`x ${from('env', 'NAME')}`, false],
  [from('env', ''), false],
  [from('other', 'NAME'), false],
  [12, false],
])('%j names the place of a value: %s', (value, expected) => {
  expect(isReference(value)).toBe(expected);
});

test('values come from the environment and from files, wherever they stand', async () => {
  using directory = tempDirectory();
  const file = join(directory.path, 'token');
  writeFileSync(file, '  abc\n\n', { mode: 0o600 });
  const written = {
    a: from('env', 'A'),
    map: { list: [from('env', 'A'), from('file', file), 1] },
    plain: `a ${from('env', 'A')}`,
  };
  const { values, faults } = await resolveReferences(written, { A: 'from outside' });
  expect(faults).toEqual([]);
  expect(values).toEqual({
    a: 'from outside',
    map: { list: ['from outside', 'abc', 1] },
    plain: `a ${from('env', 'A')}`,
  });
});

test('what cannot be had is empty, and every such place is named, without any value', async () => {
  using directory = tempDirectory();
  const long = join(directory.path, 'long');
  writeFileSync(long, 'x'.repeat(64 * 1024 + 1), { mode: 0o600 });
  const written = {
    a: from('env', 'NONE'),
    b: { c: from('file', '/nowhere') },
    d: from('file', long),
    e: from('file', directory.path),
    f: from('file', '/dev/zero'),
  };
  const { values, faults } = await resolveReferences(written, { OTHER: 'hunter2' });
  expect(values).toEqual({ a: '', b: { c: '' }, d: '', e: '', f: '' });
  expect(
    faults.map(({ level, at, message }) => `${level} ${at.join('.')}: ${message.replace(directory.path, '')}`),
  ).toEqual([
    'error a: no environment variable is named NONE',
    'error b.c: the file /nowhere of this value is not there',
    'error d: the file /long of this value is 65537 bytes long (expected at most 65536)',
    'error e: the file  of this value is no file',
    'error f: the file /dev/zero of this value is no file',
  ]);
});

test('a file that everybody may read is used, and doubted', async () => {
  using directory = tempDirectory();
  const file = join(directory.path, 'token');
  writeFileSync(file, 'abc');
  chmodSync(file, 0o644);
  const { values, faults } = await resolveReferences({ token: from('file', file) }, {});
  expect(values).toEqual({ token: 'abc' });
  expect(faults).toMatchObject([{ level: 'warning', at: ['token'], message: expect.stringContaining('chmod o-r') }]);
});
