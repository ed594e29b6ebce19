import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/gossip/core/effect.ts';
import type { Node } from '../../src/gossip/core/node.ts';
import { Damping } from '../../src/gossip/damping.ts';
import { Directory } from '../../src/gossip/directory.ts';
import {
  checkEntry,
  flagEntry,
  listEntry,
  noticeEntry,
  noticeName,
  serviceEntry,
  textEntry,
} from '../../src/gossip/records/entries.ts';
import { EMPTY_RECORD, type NodeRecord } from '../../src/gossip/records/part.ts';
import { SimulatedClock } from '../support/clock.ts';
import { member } from '../support/nodes.ts';

type MemberEffect = Extract<Effect, { type: 'member' }>;

const node = (name: string, tags: Readonly<Record<string, string>>, change: Partial<Node> = {}): Node => ({
  name,
  address: '10.0.0.2',
  port: 1,
  incarnation: 1,
  meta: new Uint8Array(),
  tags: new Map(Object.entries(tags)),
  versions: [1, 5, 2, 2, 5, 5],
  state: 'alive',
  status: 'alive',
  statusLTime: 0,
  listed: true,
  changedAt: 0,
  ...change,
});
const told = (change: MemberEffect['change'], of: Node): MemberEffect => ({ type: 'member', change, node: of });

function setUp() {
  const records = new Map<string, NodeRecord>();
  const clock = new SimulatedClock(1_000);
  const directory = new Directory(
    { record: (id) => records.get(id) ?? EMPTY_RECORD },
    {
      clock,
      zone: 'internet',
      damping: new Damping(),
    },
  );
  return { records, clock, directory };
}

test('a plain serf agent is a member of our zone whose role is its group', () => {
  const { directory } = setUp();
  const [event] = directory.onMember(told('member-join', node('db1', { role: 'db' })));
  expect(event).toMatchObject({ type: 'member-join' });
  expect(directory.members.get('serf:db1')).toMatchObject({
    kind: 'serf',
    zone: 'internet',
    groups: ['db'],
    since: 1_000,
  });
});

test('notices of a member come and go with its record', () => {
  const { directory, records } = setUp();
  directory.onMember(told('member-join', node('web1', { ob: '1', id: 'id-1' })));
  const notice = { state: 'claimed', handlers: ['mail'], at: 5 } as const;
  const tell = (entries: ReadonlyMap<string, Uint8Array>, version: number) => {
    records.set('id-1', { ...EMPTY_RECORD, base: { version, entries } });
    return directory.onRecord({ type: 'record', id: 'id-1', part: 'base', change: { set: entries, del: [] } });
  };
  const entries = new Map([
    ['al', flagEntry(true)],
    [noticeName('i-1'), noticeEntry(notice)],
  ]);
  expect(tell(entries, 1)).toMatchObject([{ type: 'record-change', part: 'base' }]);
  const member = () => directory.members.get('id-1');
  expect([member()?.takesNodeAlerts, member()?.notices]).toEqual([true, new Map([['i-1', notice]])]);
  tell(new Map(), 2);
  expect([member()?.takesNodeAlerts, member()?.notices]).toEqual([undefined, undefined]);
});

test('what a member says of itself stands over its tags', () => {
  const { directory, records } = setUp();
  const base = new Map([
    ['display_name', textEntry('Web one')],
    ['groups', listEntry(['web'])],
  ]);
  const checks = new Map([['core/load', checkEntry({ state: 'warning', hard: true, changed: 7, output: 'hm' })]]);
  records.set('id-1', {
    ...EMPTY_RECORD,
    base: { version: 1, entries: base },
    checks: { version: 1, entries: checks },
  });
  directory.onMember(told('member-join', node('web1', { ob: '1', id: 'id-1', z: 'lan', px: '1', g: 'old' })));
  const member = directory.members.get('id-1');
  expect(member).toMatchObject({ displayName: 'Web one', groups: ['web'], zone: 'lan', isProxy: true, kind: 'opsbro' });
  expect(member?.checks.get('core/load')).toEqual({ state: 'warning', hard: true, changed: 7, output: 'hm' });
});

test('the time of a state stays until the state changes', () => {
  const { directory, clock } = setUp();
  const tags = { ob: '1', id: 'id-1' };
  directory.onMember(told('member-join', node('web1', tags)));
  clock.run(500);
  directory.onMember(told('member-update', node('web1', { ...tags, rack: 'r1' })));
  expect(directory.members.get('id-1')?.since).toBe(1_000);
  const [event] = directory.onMember(told('member-failed', node('web1', tags, { state: 'dead', status: 'failed' })));
  expect(directory.members.get('id-1')).toMatchObject({ state: 'dead', since: 1_500 });
  expect(event).toMatchObject({ before: { state: 'alive' }, member: { state: 'dead' } });
});

test('a node that was renamed takes the place of its dead former self', () => {
  const { directory } = setUp();
  directory.onMember(told('member-failed', node('old', { ob: '1', id: 'id-1' }, { state: 'dead', status: 'failed' })));
  const events = directory.onMember(told('member-join', node('new', { ob: '1', id: 'id-1' })));
  expect(events.map(({ type }) => type)).toEqual(['member-reap', 'member-join']);
  expect([...directory.members.values()].map(({ name }) => name)).toEqual(['new']);
});

test('a cloned machine does not hide the one it was cloned from', () => {
  const { directory } = setUp();
  directory.onMember(told('member-join', node('first', { ob: '1', id: 'id-1' })));
  directory.onMember(told('member-join', node('clone', { ob: '1', id: 'id-1' })));
  expect([...directory.members].map(([id, { name }]) => `${id} ${name}`)).toEqual(['id-1 first', 'id-1@clone clone']);
});

test('a rebuilt node with the same name and another id replaces the old one', () => {
  const { directory } = setUp();
  directory.onMember(told('member-join', node('web1', { ob: '1', id: 'old' })));
  directory.onMember(told('member-join', node('web1', { ob: '1', id: 'new' })));
  expect([...directory.members.keys()]).toEqual(['new']);
});

test('one check that changes leaves the others as they are', () => {
  const { directory } = setUp();
  directory.onMember(told('member-join', node('web1', { ob: '1', id: 'id-1' })));
  const entry = checkEntry({ state: 'ok', hard: true, changed: 1, output: '' });
  const set = new Map([
    ['a', entry],
    ['b', entry],
  ]);
  directory.onRecord({ type: 'record', id: 'id-1', part: 'checks', change: { set, del: [] } });
  const [event] = directory.onRecord({
    type: 'record',
    id: 'id-1',
    part: 'checks',
    change: { set: new Map(), del: ['a'] },
  });
  expect(event).toMatchObject({ type: 'record-change', part: 'checks' });
  expect([...(directory.members.get('id-1')?.checks.keys() ?? [])]).toEqual(['b']);
});

test('services are there from the start, and change one by one', () => {
  const { directory, records } = setUp();
  const web = { state: 'ok', address: '10.0.0.2', port: 80, tags: ['http'], meta: new Map([['path', '/']]) } as const;
  records.set('id-1', { ...EMPTY_RECORD, services: { version: 1, entries: new Map([['web', serviceEntry(web)]]) } });
  directory.onMember(told('member-join', node('web1', { ob: '1', id: 'id-1' })));
  expect(directory.members.get('id-1')?.services.get('web')).toEqual(web);
  const set = new Map([['db', serviceEntry({ ...web, port: 5_432 })]]);
  const [event] = directory.onRecord({ type: 'record', id: 'id-1', part: 'services', change: { set, del: ['web'] } });
  expect(event).toMatchObject({
    type: 'record-change',
    part: 'services',
    before: { services: new Map([['web', web]]) },
  });
  expect([...(directory.members.get('id-1')?.services ?? [])].map(([name, { port }]) => [name, port])).toEqual([
    ['db', 5_432],
  ]);
});

test('a new version of its record alone is no news of a member, but its incarnation is up to date', () => {
  const { directory, records } = setUp();
  const tags = { ob: '1', id: 'id-1', sv: '1.a' };
  directory.onMember(told('member-join', node('web1', tags)));
  const newer = node('web1', { ...tags, sv: '2.b' }, { incarnation: 2 });
  expect(directory.onMember(told('member-update', newer))).toEqual([]);
  expect(directory.members.get('id-1')).toMatchObject({
    incarnation: 2,
    tags: new Map(Object.entries({ ...tags, sv: '2.b' })),
  });
  for (const change of [{ rack: 'r1' }, { g: 'web' }])
    expect(directory.onMember(told('member-update', node('web1', { ...tags, sv: '3.c', ...change })))).toHaveLength(1);
  expect(directory.onMember(told('member-update', node('web1', tags, { status: 'leaving' })))).toHaveLength(1);
  records.set('id-1', { ...EMPTY_RECORD, base: { version: 1, entries: new Map([['groups', listEntry(['db'])]]) } });
  directory.onRecord({ type: 'record', id: 'id-1', part: 'base', change: { set: new Map(), del: [] } });
  const repeated = node('web1', { ...tags, g: 'db' }, { status: 'leaving' });
  expect(directory.onMember(told('member-update', repeated))).toEqual([]);
});

describe('a member that comes and goes', () => {
  const tags = { ob: '1', id: 'id-1' };
  const dead = { state: 'dead', status: 'failed' } as const;

  test('is shown as it is, and counts again only when its return has lasted', () => {
    const { directory, clock } = setUp();
    const turn = (change: MemberEffect['change'], as: Partial<Node> = {}) => {
      clock.run(10_000);
      return directory.onMember(told(change, node('web1', tags, as))).map(({ type }) => type);
    };
    turn('member-join');
    for (let round = 0; round < 4; round += 1) {
      turn('member-failed', dead);
      turn('member-join');
    }
    expect(directory.members.get('id-1')).toMatchObject({ state: 'alive', settled: 'dead', flapping: true });
    expect(directory.settlesAt).toBe(clock.now() + 120_000);
    clock.run(120_000);
    expect(directory.settle()).toMatchObject([{ type: 'member-settle', member: { settled: 'alive', flapping: true } }]);
    clock.run(1_000_000);
    expect(directory.settle()).toMatchObject([{ type: 'member-flap', member: { settled: 'alive', flapping: false } }]);
    expect(directory.settlesAt).toBeUndefined();
  });

  test('is told of once when it begins to flap', () => {
    const { directory } = setUp();
    const types: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (const effect of [told('member-join', node('web1', tags)), told('member-failed', node('web1', tags, dead))])
        types.push(...directory.onMember(effect).map(({ type }) => type));
    }
    expect(types.filter((type) => type === 'member-flap')).toHaveLength(1);
  });
});

test('without damping every return counts at once', () => {
  const directory = new Directory({ record: () => EMPTY_RECORD }, { clock: new SimulatedClock(), zone: 'internet' });
  const dead = node('web1', {}, { state: 'dead', status: 'failed' });
  for (let round = 0; round < 5; round += 1) {
    directory.onMember(told('member-failed', dead));
    directory.onMember(told('member-join', node('web1', {})));
  }
  expect(directory.named('web1')).toMatchObject({ settled: 'alive', flapping: false });
  expect(directory.settle()).toEqual([]);
});

describe('a member of another zone', () => {
  const far = member('id-far', { name: 'far', zone: 'lan' });
  const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

  test('comes, changes and goes as one of ours does', () => {
    const { directory } = setUp();
    expect(typesOf(directory.put(far))).toEqual(['member-join']);
    expect(directory.members.get('id-far')).toEqual(far);
    expect(directory.put(far)).toEqual([]);
    const lost = { ...far, reachable: false };
    expect(typesOf(directory.put(lost))).toEqual(['member-reach']);
    const checks = new Map([['a', { state: 'ok', hard: true, changed: 1, output: '' } as const]]);
    expect(typesOf(directory.put({ ...far, groups: ['db'], checks }))).toEqual([
      'member-reach',
      'record-change',
      'record-change',
    ]);
    expect(typesOf(directory.put({ ...far, state: 'suspect' }))).toContain('member-suspect');
    expect(typesOf(directory.put({ ...far, address: '10.9.9.9' }))).toEqual(['member-alive']);
    expect(typesOf(directory.put(far))).toEqual(['member-update']);
    expect(typesOf(directory.remove('id-far'))).toEqual(['member-reap']);
    expect(directory.members.size).toBe(0);
    expect(directory.remove('id-far')).toEqual([]);
  });

  test('may have the name of one of ours', () => {
    const { directory } = setUp();
    directory.onMember(told('member-join', node('far', { ob: '1', id: 'id-1' })));
    directory.put(far);
    expect(directory.named('far')?.id).toBe('id-1');
    expect([...directory.members.keys()]).toEqual(['id-1', 'id-far']);
  });

  test('that is in our pool is known from there', () => {
    const { directory } = setUp();
    directory.put(far);
    expect(
      typesOf(directory.onMember(told('member-join', node('near', { ob: '1', id: 'id-far', z: 'internet' })))),
    ).toEqual(['member-join']);
    expect(directory.put(far)).toEqual([]);
    expect(directory.remove('id-far')).toEqual([]);
    expect(directory.members.get('id-far')).toMatchObject({ name: 'near', zone: 'internet' });
  });

  test('that left our pool for another is known from there', () => {
    const { directory } = setUp();
    const near = node('far', { ob: '1', id: 'id-far' });
    directory.onMember(told('member-join', near));
    const gone = told('member-leave', { ...near, state: 'left', status: 'left' });
    directory.onMember(gone);
    expect(directory.put({ ...far, incarnation: near.incarnation })).toEqual([]);
    expect(typesOf(directory.put({ ...far, incarnation: near.incarnation + 1 }))).toContain('member-join');
    expect(directory.members.get('id-far')).toMatchObject({ zone: 'lan', state: 'alive' });
    expect(directory.onMember({ ...gone, change: 'member-reap' })).toEqual([]);
    expect(directory.members.get('id-far')).toMatchObject({ zone: 'lan' });
  });

  test('that comes and goes has to last as well', () => {
    const { directory, clock } = setUp();
    for (const state of ['alive', 'dead', 'alive', 'dead', 'alive'] as const) directory.put({ ...far, state });
    expect(directory.members.get('id-far')).toMatchObject({ state: 'alive', settled: 'dead' });
    clock.run(30_000);
    expect(directory.settle()).toMatchObject([{ type: 'member-settle', member: { id: 'id-far', settled: 'alive' } }]);
  });
});
