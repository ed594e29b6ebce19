import { describe, expect, test } from 'vitest';
import { conditionsOf, encodeFilters } from '../../../src/gossip/serf/query-filters.ts';
import { matchesAll } from '../../../src/gossip/tag-matcher.ts';

const hex = (filter: Uint8Array | undefined) => Buffer.from(filter ?? []).toString('hex');
const me = {
  name: 'n2',
  tags: new Map([
    ['role', 'web-1'],
    ['ob', '1'],
    ['empty', ''],
  ]),
};
const byTag = (tag: string, expression: string) => encodeFilters({ tags: new Map([[tag, expression]]) });

test('filters travel as Serf writes them', () => {
  expect(encodeFilters({ nodes: ['n2', 'n3'] }).map(hex)).toEqual(['0092a26e32a26e33']);
  expect(byTag('role', 'db').map(hex)).toEqual(['0182a445787072a26462a3546167a4726f6c65']);
  expect(encodeFilters({})).toEqual([]);
});

describe('a query is for us', () => {
  test.each([
    ['without filters', [], true],
    ['when we are named', encodeFilters({ nodes: ['n1', 'n2'] }), true],
    ['not when others are named', encodeFilters({ nodes: ['n1'] }), false],
    ['not when nobody is named', encodeFilters({ nodes: [] }), false],
    ['when a part of the tag matches', byTag('role', 'web'), true],
    ['when the tag is just that', byTag('role', '^web-1$'), true],
    ['not when it is more than that', byTag('role', '^web$'), false],
    ['when the tag begins so', byTag('role', '^web'), true],
    ['when the tag ends so', byTag('role', '-1$'), true],
    ['when any tag of ours is wanted and there is one', byTag('ob', '.'), true],
    ['not when the tag is missing', byTag('zone', '.'), false],
    ['when a missing tag may be empty', byTag('zone', ''), true],
    ['not when one of several filters fails', encodeFilters({ nodes: ['n2'], tags: new Map([['role', 'db']]) }), false],
  ])('%s', (_, filters, isForUs) => {
    expect(conditionsOf(filters, me)).toEqual(isForUs ? [] : 'no');
  });

  test('is left to an engine when the expression says more than text', () => {
    expect(conditionsOf(byTag('role', '^web-[0-9]+$'), me)).toEqual([{ expression: '^web-[0-9]+$', text: 'web-1' }]);
    // What another filter excludes needs no engine.
    expect(conditionsOf(encodeFilters({ nodes: ['n9'], tags: new Map([['role', 'a|b']]) }), me)).toBe('no');
  });

  test.each([
    ['of a kind that is not known', Uint8Array.of(2, 0x80)],
    ['without content', Uint8Array.of()],
    ['by nodes that is no list', Uint8Array.of(0, 0x80)],
    ['with an expression that is too long', byTag('role', 'x'.repeat(600))[0] ?? Uint8Array.of()],
  ])('throws on a filter %s', (_, filter) => {
    expect(() => conditionsOf([filter], me)).toThrow();
  });
});

test('the engine speaks RE2, in linear time, and not what RE2 does not speak', async () => {
  const matches = (expression: string, text: string) => matchesAll([{ expression, text }]);
  expect(await matches('^web-[0-9]+$', 'web-1')).toBe(true);
  expect(await matches('(?i)WEB', 'web-1')).toBe(true);
  expect(await matches('(a+)+$', `${'a'.repeat(400)}b`)).toBe(false);
  await expect(matches('(a)\\1', 'aa')).rejects.toThrow();
  await expect(matches('(', 'x')).rejects.toThrow();
});
