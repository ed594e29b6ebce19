import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isReference, resolveReferences } from '../../src/config/references.ts';
import { tempDirectory } from '../support/temp.ts';

test.each([
  ['${env:NAME}', true],
  ['${file:/run/secrets/a b}', true],
  ['x ${env:NAME}', false],
  ['${env:}', false],
  ['${other:NAME}', false],
  [12, false],
])('%j names the place of a value: %s', (value, expected) => {
  expect(isReference(value)).toBe(expected);
});

test('values come from the environment and from files, wherever they stand', async () => {
  using directory = tempDirectory();
  const file = join(directory.path, 'token');
  writeFileSync(file, '  abc\n\n', { mode: 0o600 });
  const written = { a: '${env:A}', map: { list: ['${env:A}', `\${file:${file}}`, 1] }, plain: 'a ${env:A}' };
  const { values, faults } = await resolveReferences(written, { A: 'from outside' });
  expect(faults).toEqual([]);
  expect(values).toEqual({ a: 'from outside', map: { list: ['from outside', 'abc', 1] }, plain: 'a ${env:A}' });
});

test('what cannot be had is empty, and every such place is named, without any value', async () => {
  using directory = tempDirectory();
  const long = join(directory.path, 'long');
  writeFileSync(long, 'x'.repeat(64 * 1024 + 1), { mode: 0o600 });
  const written = {
    a: '${env:NONE}',
    b: { c: '${file:/nowhere}' },
    d: `\${file:${long}}`,
    e: `\${file:${directory.path}}`,
  };
  const { values, faults } = await resolveReferences(written, { OTHER: 'hunter2' });
  expect(values).toEqual({ a: '', b: { c: '' }, d: '', e: '' });
  expect(
    faults.map(({ level, at, message }) => `${level} ${at.join('.')}: ${message.replace(directory.path, '')}`),
  ).toEqual([
    'error a: no environment variable is named NONE',
    'error b.c: the file /nowhere of this value is not there',
    'error d: the file /long of this value is 65537 bytes long (expected at most 65536)',
    'error e: the file  of this value is a directory',
  ]);
});

test('a file that everybody may read is used, and doubted', async () => {
  using directory = tempDirectory();
  const file = join(directory.path, 'token');
  writeFileSync(file, 'abc');
  chmodSync(file, 0o644);
  const { values, faults } = await resolveReferences({ token: `\${file:${file}}` }, {});
  expect(values).toEqual({ token: 'abc' });
  expect(faults).toMatchObject([{ level: 'warning', at: ['token'], message: expect.stringContaining('chmod o-r') }]);
});
