import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withRemembered } from '../../src/agent/hosting-memory.ts';
import { tempDirectory } from '../support/temp.ts';

const SAID = { name: 'azure', isActive: true, reason: '', localAddress: '10.1.2.5', publicAddress: '203.0.113.9' };
const SILENT = { name: 'azure', isActive: false, reason: 'no answer' };

test('what a hoster said counts while its metadata service is silent', () => {
  using temporary = tempDirectory();
  const data = temporary.path;
  expect(withRemembered(data, [SAID])).toEqual([SAID]);
  expect(withRemembered(data, [SILENT])).toEqual([{ ...SAID, reason: 'no answer' }]);
  expect(withRemembered(data, [SILENT])).toEqual([{ ...SAID, reason: 'no answer' }]);
});

test('a machine that moved to another hoster forgets what the former one said', () => {
  using temporary = tempDirectory();
  const data = temporary.path;
  withRemembered(data, [SAID]);
  expect(withRemembered(data, [{ name: 'azure', isActive: false, reason: '' }])).toEqual([
    { name: 'azure', isActive: false, reason: '' },
  ]);
  expect(withRemembered(data, [SILENT])).toEqual([SILENT]);
});

test('the id of the machine is not remembered, and nothing is written that says nothing', () => {
  using temporary = tempDirectory();
  const data = temporary.path;
  withRemembered(data, [{ ...SAID, uniqueId: '13f56399' }]);
  expect(readFileSync(join(data, 'hosting.json'), 'utf8')).not.toContain('13f56399');
  using second = tempDirectory();
  const other = second.path;
  withRemembered(other, [{ name: 'on-premise', isActive: true, reason: '', uniqueId: 'x' }]);
  expect(() => readFileSync(join(other, 'hosting.json'))).toThrow('ENOENT');
});

test('a damaged file is as good as none', () => {
  using temporary = tempDirectory();
  const data = temporary.path;
  writeFileSync(join(data, 'hosting.json'), '{"azure": 1');
  expect(withRemembered(data, [SILENT])).toEqual([SILENT]);
});
