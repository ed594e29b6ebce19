import { expect, test } from 'vitest';
import { groupTest } from '../../src/expressions/group-test.ts';

const groups = new Set(['linux', 'debian', 'zone::eu', 'kv-store-backend:leveldb', 'web+db', 'orange']);

test.each([
  ['*', true],
  ['linux', true],
  ['Linux', false],
  ['zone::eu', true],
  ['kv-store-backend:leveldb', true],
  ['orange', true],
  ['android', false],
  ['linux and debian', true],
  ['linux and redhat', false],
  ['redhat or debian', true],
  ['not redhat', true],
  ['not linux or debian', true],
  ['not (linux or debian)', false],
  ['linux & !redhat', true],
  ['redhat|centos', false],
  ['redhat or linux and debian', true],
  ['(redhat or linux) and centos', false],
])('%s is %s', (text, expected) => {
  expect(groupTest(text)(groups)).toBe(expected);
});

test('of a list any may hold', () => {
  expect(groupTest(['redhat', 'linux and debian'])(groups)).toBe(true);
  expect(groupTest(['redhat', 'centos'])(groups)).toBe(false);
});

test.each([
  ['linux and', 'the name of a group expected, found the end'],
  ['', 'the name of a group expected, found the end'],
  ['linux debian', 'and, or expected, found "debian"'],
  ['(linux', '")" expected, found the end'],
  ['linux = debian', '"=" cannot stand in a group test'],
  ['('.repeat(100), 'nested too deeply'],
])('%s is refused', (text, message) => {
  expect(() => groupTest(text)).toThrow(message);
});
