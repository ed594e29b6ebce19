import { expect, test } from 'vitest';
import type { CheckRecord } from '../../src/model/check.ts';
import type { Member } from '../../src/model/member.ts';
import { parentState, readDependencies, untangled } from '../../src/runtime/dependency.ts';
import { FREE, nextSuppression, type ParentNow } from '../../src/runtime/suppression.ts';
import { check, member as node } from '../support/nodes.ts';

const [own] = readDependencies({ depends_on: 'linux/net' });

/** How a parent is seen, with these members and checks. */
function seen(written: unknown, { members = [], checks = [] }: { members?: Member[]; checks?: CheckRecord[] }) {
  const [dependency] = readDependencies({ depends_on: [written as string] });
  if (!dependency) throw new Error('nothing was read');
  return parentState(dependency, {
    self: { name: 'me', zone: 'lan' },
    members: () => new Map(members.map((each) => [each.id, each])),
    check: (id) => checks.find((each) => each.id === id),
  });
}

const web = (over: Partial<Member> = {}) =>
  node('w1', { name: 'web1', zone: 'lan', settled: over.state ?? 'alive', ...over });
const summary = (state: 'ok' | 'critical', hard: boolean) => ({ state, hard, changed: 1, output: '' });
const service = (state: 'ok' | 'critical') => ({ state, address: '', port: 0, tags: [], meta: new Map() });

test.each<[string, unknown, Parameters<typeof seen>[1], string]>([
  [
    'a check that is confirmed',
    'linux/net',
    { checks: [check('linux/net', { state: 'critical', hardState: 'critical' })] },
    'blocking',
  ],
  ['one that is not', 'linux/net', { checks: [check('linux/net', { state: 'critical', hard: false })] }, 'soft'],
  [
    'one that only warns',
    'linux/net',
    { checks: [check('linux/net', { state: 'warning', hardState: 'warning' })] },
    'fine',
  ],
  [
    'one that only warns, where that blocks',
    { check: 'linux/net', states: ['warning'] },
    { checks: [check('linux/net', { state: 'warning', hardState: 'warning' })] },
    'blocking',
  ],
  ['one that is not here', 'linux/net', {}, 'missing'],
  [
    'one that is switched off',
    'linux/net',
    { checks: [check('linux/net', { hardState: 'critical', isDisabled: true })] },
    'fine',
  ],
  [
    'a check of another node',
    { check: 'x/y', node: 'web1' },
    { members: [web({ checks: new Map([['x/y', summary('critical', true)]]) })] },
    'blocking',
  ],
  [
    'a soft one of another node',
    { check: 'x/y', node: 'web1' },
    { members: [web({ checks: new Map([['x/y', summary('critical', false)]]) })] },
    'soft',
  ],
  [
    'a check of a dead node',
    { check: 'x/y', node: 'web1' },
    { members: [web({ state: 'dead', checks: new Map([['x/y', summary('ok', true)]]) })] },
    'blocking',
  ],
  ['a node that lives', { node: 'web1' }, { members: [web()] }, 'fine'],
  ['a node that is dead', { node: 'web1' }, { members: [web({ state: 'dead' })] }, 'blocking'],
  ['a node that is suspected', { node: 'web1' }, { members: [web({ state: 'suspect', settled: 'alive' })] }, 'soft'],
  ['a node that left on purpose', { node: 'web1' }, { members: [web({ state: 'left' })] }, 'fine'],
  [
    'a service that one node still offers',
    { service: 'db' },
    {
      members: [
        web({ services: new Map([['db', service('ok')]]) }),
        node('w2', { zone: 'lan', services: new Map([['db', service('critical')]]) }),
      ],
    },
    'fine',
  ],
  [
    'a service that none offers well',
    { service: 'db' },
    { members: [web({ services: new Map([['db', service('critical')]]) })] },
    'blocking',
  ],
  [
    'a service of another zone',
    { service: 'db', zone: 'dmz' },
    { members: [web({ services: new Map([['db', service('critical')]]) })] },
    'missing',
  ],
  ['a group with too few', { group: 'db', at_least: 2 }, { members: [web({ groups: ['db'] })] }, 'blocking'],
  ['a group with enough', { group: 'db', at_least: 1 }, { members: [web({ groups: ['db'] })] }, 'fine'],
])('%s', (_, written, world, expected) => {
  expect(seen(written, world)).toBe(expected);
});

test('what is no dependency is refused with what would be one', () => {
  expect(() => readDependencies({ depends_on: [{ nod: 'x' }] })).toThrow('expected a check, or a map of check, node');
  expect(() => readDependencies({ depends_on: [{ node: 'x', states: ['ill'] }] })).toThrow('"ill" is no state');
});

test('a circle loses the edge that closes it', () => {
  const edges = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a', 'd']],
  ]);
  const { edges: kept, cycles } = untangled(edges);
  expect(cycles).toEqual([['a', 'b', 'c']]);
  expect(kept.get('c')).toEqual(['d']);
  expect(untangled(new Map([['a', ['a']]])).cycles).toEqual([['a']]);
});

const parent = (over: Partial<ParentNow> = {}): ParentNow => ({
  name: 'p',
  state: 'fine',
  isFlapping: false,
  isFresh: true,
  ...over,
});
const at = (now: number, parents: ParentNow[], results = 1) => ({
  isProblem: true,
  results,
  parents,
  now,
  waitMs: 60_000,
});

test('a broken parent suppresses, and its return counts only after another result', () => {
  const suppressed = nextSuppression(FREE, at(0, [parent({ state: 'blocking' })]));
  expect(suppressed).toEqual({ suppressedBy: ['p'], isWaiting: false });
  const released = nextSuppression(suppressed, at(10, [parent()], 5));
  expect(released).toMatchObject({ suppressedBy: [], isWaiting: true });
  expect(nextSuppression(released, at(20, [parent()], 5))).toBe(released);
  expect(nextSuppression(released, at(20, [parent()], 6))).toMatchObject({
    suppressedBy: [],
    isWaiting: false,
    isOwn: true,
  });
  expect(nextSuppression(released, { ...at(20, [parent()], 6), isProblem: false })).toBe(FREE);
});

test('a parent that was not looked at yet, or is bad and unconfirmed, is waited for, but not for ever', () => {
  const waiting = nextSuppression(FREE, at(0, [parent({ isFresh: false })]));
  expect(waiting).toMatchObject({ isWaiting: true, waitsUntil: 60_000 });
  expect(nextSuppression(waiting, at(30_000, [parent({ state: 'soft' })]))).toMatchObject({ isWaiting: true });
  expect(nextSuppression(waiting, at(30_000, [parent()]))).toMatchObject({ isWaiting: false, isOwn: true });
  expect(nextSuppression(waiting, at(60_000, [parent({ state: 'soft' })]))).toMatchObject({
    isWaiting: false,
    isOwn: true,
  });
});

test('a parent that flaps goes on suppressing', () => {
  const suppressed = nextSuppression(FREE, at(0, [parent({ state: 'blocking', isFlapping: true })]));
  expect(nextSuppression(suppressed, at(1, [parent({ isFlapping: true })]))).toMatchObject({ suppressedBy: ['p'] });
  expect(nextSuppression(FREE, at(1, [parent({ isFlapping: true })]))).toMatchObject({ suppressedBy: [] });
});

test('a name that is given alone is a check of the own node', () => {
  expect(own).toMatchObject({ type: 'check', check: 'linux/net', name: 'linux/net', holdsRuns: false });
});
