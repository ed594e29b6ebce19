import { expect, test } from 'vitest';
import { Names, nameFault } from '../../src/metrics/names.ts';

const NAMES = [
  'one.cpu.user',
  'one.cpu.system',
  'one.cpu',
  'one-b.cpu.user',
  'two.cpu.user',
  'two.disk.sda1.reads',
  'two.disk.sdb1.reads',
  'two.disk.root.reads',
  'reqs;az=1;env=prod',
];

const names = new Names();
for (const name of NAMES) names.add(name);

test.each([
  ['one.cpu.user', ['one.cpu.user']],
  ['one.*', ['one.cpu']],
  ['*.cpu.user', ['one-b.cpu.user', 'one.cpu.user', 'two.cpu.user']],
  ['one*.cpu.user', ['one-b.cpu.user', 'one.cpu.user']],
  ['one?b.cpu.*', ['one-b.cpu.user']],
  ['two.disk.sd[ab]1.reads', ['two.disk.sda1.reads', 'two.disk.sdb1.reads']],
  ['two.disk.sd[a-c]?.*', ['two.disk.sda1.reads', 'two.disk.sdb1.reads']],
  ['two.disk.[!s]*.reads', ['two.disk.root.reads']],
  ['{one,two}.cpu.user', ['one.cpu.user', 'two.cpu.user']],
  ['two.disk.{root,sd{a,b}1}.reads', ['two.disk.root.reads', 'two.disk.sda1.reads', 'two.disk.sdb1.reads']],
  ['{one.cpu,two.disk.root}.*', ['one.cpu.system', 'one.cpu.user', 'two.disk.root.reads']],
  ['*', []],
  ['reqs*', []],
  ['reqs;az=1;env=prod', ['reqs;az=1;env=prod']],
  ['nothing.here', []],
  ['', []],
  ['[', []],
])('%s fits what it says', (pattern, expected) => {
  expect(names.matching(pattern)).toEqual(expected);
});

test.each([
  ['a'.repeat(1_025), /longer than 1024/],
  ['{a,b}'.repeat(11), /more than 1024 names/],
  ['{a,b', /not closed/],
])('the pattern %s is refused', (pattern, message) => {
  expect(() => names.matching(pattern)).toThrow(message);
});

test('a pattern may not stand for too many series', () => {
  const many = new Names();
  for (let at = 0; at <= 10_000; at++) many.add(`s${at}`);
  expect(() => many.matching('*')).toThrow(/more than 10000 series/);
  expect(many.matching('s99?').length).toBe(10);
});

test('a pattern that would be tried for ever is not', () => {
  const long = new Names();
  long.add('a'.repeat(250));
  expect(long.matching(`${'*a'.repeat(60)}[b]`)).toEqual([]);
});

test('names are listed in pages, those added later among them', () => {
  const some = new Names();
  for (const name of ['b', 'a.c', 'a.a']) some.add(name);
  expect(some.beginningWith('a.', { after: '', limit: 1 })).toEqual(['a.a']);
  some.add('a.b');
  expect(some.beginningWith('a.', { after: 'a.a', limit: 10 })).toEqual(['a.b', 'a.c']);
  expect(some.beginningWith('', { after: '', limit: 10 })).toEqual(['a.a', 'a.b', 'a.c', 'b']);
});

test.each([
  ['a.b', undefined],
  ['a;k=v', undefined],
  ['a'.repeat(255), undefined],
  [`a;k=${'v'.repeat(300)}`, undefined],
  ['a.', /empty/],
  ['', /empty/],
  [Array(21).fill('a').join('.'), /20 elements/],
  ['ä'.repeat(128), /too long/],
  ['a\tb', /control/],
])('%s is a name or not', (name, fault) => {
  if (fault) expect(nameFault(name)).toMatch(fault);
  else expect(nameFault(name)).toBeUndefined();
});

test.each([
  ['*', ['one/', 'one-b/', 'two/']],
  ['one.*', ['one.cpu/', 'one.cpu']],
  ['one.c*.user', ['one.cpu.user']],
  ['two.disk', ['two.disk/']],
  ['two.{cpu,disk}.*', ['two.cpu.user', 'two.disk.root/', 'two.disk.sda1/', 'two.disk.sdb1/']],
  ['three.*', []],
  ['reqs;az=1;env=prod', ['reqs;az=1;env=prod']],
])('%s leads to what it says', (pattern, expected) => {
  expect(names.find(pattern).map(({ path, isLeaf }) => (isLeaf ? path : `${path}/`))).toEqual(expected);
});
