import { expect, test } from 'vitest';
import type { AlertRecord, CheckRecord, Frame, NodeRecord, RepairRecord } from '../../src/ui/records.ts';
import {
  afterFrame,
  age,
  alertsOf,
  emptyView,
  healthOf,
  lastRepairOf,
  marksOf,
  nodesMatching,
  problemsOf,
  servicesOf,
  troublesOf,
  type View,
  withRepairs,
} from '../../src/ui/store.ts';

const node = (name: string, more: Partial<NodeRecord> = {}): NodeRecord => ({
  uuid: `id-${name}`,
  name,
  display_name: '',
  addr: '127.0.0.1',
  port: 6768,
  state: 'alive',
  groups: ['linux'],
  zone: 'internet',
  kind: 'opsbro',
  flapping: false,
  reachable: true,
  udp_blocked: false,
  since: 0,
  ...more,
});

const check = (on: string, name: string, state: CheckRecord['state']): CheckRecord => ({
  node: `id-${on}`,
  name,
  state,
  hard: true,
  output: '',
});

let index = 0;
const frame = <C extends Frame['channel']>(
  channel: C,
  payload: Extract<Frame, { channel: C }>['payload'],
  last = false,
): Frame => ({ channel, index: index++, ts: 5_000, payload, ...(last ? { last } : {}) }) as Frame;

const after = (...frames: Frame[]): View => frames.reduce((view, each) => afterFrame(view, each, 1_000), emptyView);

const { groups: groupsOfA, ...a } = node('a');
const { groups: _none, ...b } = node('b');
const start = [
  frame('hello', { version: '1.0.0', node: 'a', uuid: 'id-a', boot: 'b1' }),
  frame('snapshot', {
    members: { 'id-a': a },
    groups: { 'id-a': groupsOfA },
    checks: { 'id-a': { load: check('a', 'load', 'ok') } },
  }),
  frame('snapshot', { members: { 'id-b': b }, groups: { 'id-b': ['linux'] }, checks: {} }, true),
];

test('a snapshot in parts makes one view', () => {
  const view = after(...start);
  expect([...view.nodes.keys()]).toEqual(['id-a', 'id-b']);
  expect(view.self).toEqual({ name: 'a', uuid: 'id-a', version: '1.0.0' });
  expect(view.isComplete).toBe(true);
  expect(view.clockOffset).toBe(4_000);
});

test('a change replaces one record and leaves the others what they are', () => {
  const before = after(...start);
  const view = afterFrame(
    before,
    frame('gossip', { ...node('b', { state: 'dead' }), type: 'gossip::dead', checks: {} }),
    0,
  );
  expect(view.nodes.get('id-b')?.state).toBe('dead');
  expect(view.nodes.get('id-a')).toBe(before.nodes.get('id-a'));
});

test('a forgotten node goes with its checks', () => {
  const view = after(...start, frame('gossip', { type: 'gossip::reaped', uuid: 'id-a' }));
  expect([...view.nodes.keys()]).toEqual(['id-b']);
  expect(view.checks.size).toBe(0);
});

test('a check that its node no longer names is gone', () => {
  const before = after(...start, frame('checks', check('a', 'disks', 'critical')));
  const news = { ...node('a'), type: 'gossip::alive' as const, checks: { disks: {} } };
  expect([...(afterFrame(before, frame('gossip', news), 0).checks.get('id-a')?.keys() ?? [])]).toEqual(['disks']);
});

test('groups come and go', () => {
  const view = after(...start, frame('groups', { node: 'id-a', add: ['kv', 'docker'], remove: ['linux'] }));
  expect(view.nodes.get('id-a')?.groups).toEqual(['docker', 'kv']);
  expect(after(frame('groups', { node: 'nobody', add: ['kv'], remove: [] })).nodes.size).toBe(0);
});

test('a new connection changes nothing that is shown until its snapshot is whole', () => {
  const hello = frame('hello', { version: '2', node: 'a', uuid: 'id-a', boot: 'b2' });
  const part = frame('snapshot', { members: { 'id-b': b }, groups: {}, checks: {} });
  const greeted = after(...start, hello, part);
  expect([...greeted.nodes.keys()]).toEqual(['id-a', 'id-b']);
  expect(greeted.self.version).toBe('2');

  const last = frame('snapshot', { members: {}, groups: {}, checks: {} }, true);
  expect([...after(...start, hello, part, last).nodes.keys()]).toEqual(['id-b']);
  expect([...after(...start, hello, part, hello, last).nodes.keys()]).toEqual([]);
});

test('problems are those of living nodes, worst first', () => {
  const view = after(
    ...start,
    frame('gossip', { ...node('c', { state: 'dead' }), type: 'gossip::dead', checks: {} }),
    ...[
      check('b', 'memory', 'warning'),
      check('a', 'disks', 'critical'),
      check('b', 'disks', 'critical'),
      check('c', 'disks', 'critical'),
      check('b', 'script', 'unknown'),
    ].map((each) => frame('checks', each)),
  );
  expect(problemsOf(view).map(({ node: on, name }) => `${name} ${on}`)).toEqual([
    'disks id-a',
    'disks id-b',
    'script id-b',
    'memory id-b',
  ]);
});

test.each([
  ['', ['a', 'b']],
  ['B', ['b']],
  ['linux alive', ['a', 'b']],
  ['linux dead', []],
])('searching %j finds %j', (search, names) => {
  expect(nodesMatching(after(...start), search).map(({ name }) => name)).toEqual(names);
});

test.each([
  [-1, '0 s'],
  [90_000, '1 min'],
  [7_200_000, '2 h'],
  [200_000_000, '2 d'],
])('%d ms is %s', (ms, text) => {
  expect(age(ms)).toBe(text);
});

test('what is wrong with a node beside its state is named, and found', () => {
  const odd = node('a', { flapping: true, reachable: false, udp_blocked: true, zone: 'lan' });
  expect(troublesOf(odd)).toEqual(['flapping', 'unreachable', 'udp blocked']);
  expect(troublesOf(node('b'))).toEqual([]);
  const { groups, ...rest } = odd;
  const view = after(
    frame('snapshot', { members: { [odd.uuid]: rest }, groups: { [odd.uuid]: groups }, checks: {} }, true),
  );
  for (const search of ['flapping', 'lan', 'unreachable a']) expect(nodesMatching(view, search)).toHaveLength(1);
  expect(nodesMatching(view, 'flapping dmz')).toEqual([]);
});

const BAD = { name: 'Key', health: false, description: 'Gone.', actions: ['Install'] };
const quasi = { ...BAD, health: true };
const repair = (id: string, at: number, event = 'end'): RepairRecord => ({
  ...{
    id,
    event,
    at,
    service: 'web',
    check: 'Key',
    action: 'Install',
    who: 'auto',
    reason: '',
    fixed: true,
    output: '',
  },
});

test('services come with the snapshot, change, and go', () => {
  const web = { service: 'web', health: true, healthchecks: [] };
  const db = { service: 'db', health: false, healthchecks: [BAD] };
  const view = after(
    ...start,
    frame('snapshot', { members: {}, groups: {}, checks: {}, health: { web } }, true),
    frame('health', db),
    frame('health', { ...web, healthchecks: [quasi] }),
  );
  expect(servicesOf(view).map((each) => [each.service, healthOf(each)])).toEqual([
    ['db', 'unhealthy'],
    ['web', 'could be better'],
  ]);
  expect(healthOf(web)).toBe('healthy');
  const without = afterFrame(view, frame('health', { service: 'db', health: null }), 0);
  expect(servicesOf(without).map(({ service }) => service)).toEqual(['web']);
});

test('the history has each line once, newest first, and outlives a new connection', () => {
  const told = after(frame('repairs', repair('a', 1, 'start')), frame('repairs', repair('a', 1)));
  const view = withRepairs(told, [repair('a', 1, 'start'), repair('a', 1), repair('b', 5)]);
  expect(view.repairs.map(({ id, event }) => `${id} ${event}`)).toEqual(['b end', 'a end', 'a start']);
  const again = afterFrame(view, frame('snapshot', { members: {}, groups: {}, checks: {} }, true), 0);
  expect([again.services.size, again.repairs.length]).toEqual([0, 3]);
  expect(lastRepairOf(view, 'web')?.id).toBe('b');
  expect(lastRepairOf(view, 'db')).toBeUndefined();
  const many = Array.from({ length: 150 }, (_, at) => repair('m', at));
  expect(withRepairs(view, many).repairs).toHaveLength(100);
});

const alert = (id: string, more: Partial<AlertRecord> = {}): AlertRecord => ({
  ...{ id, kind: 'check', node: { uuid: 'id-a', name: 'a' }, name: 'linux/disks', display_name: 'disks' },
  ...{ severity: 'critical', state: 'critical', status: 'firing', output: '', started: 1 },
  ...{ acked: null, silenced: [], maintenance: null, suppressed_by: [], flapping: false },
  ...more,
});

test('open alerts come with the snapshot and by themselves, and go when they end', () => {
  const view = after(
    ...start,
    frame(
      'snapshot',
      { members: {}, groups: {}, checks: {}, alerts: { old: alert('old', { severity: 'warning' }) } },
      true,
    ),
    frame('alerts', { alert: alert('later', { started: 9 }) }),
    frame('alerts', { alert: alert('first') }),
  );
  expect(alertsOf(view).map(({ id }) => id)).toEqual(['first', 'later', 'old']);
  const ended = afterFrame(view, frame('alerts', { alert: alert('first', { status: 'resolved' }) }), 0);
  expect(alertsOf(ended).map(({ id }) => id)).toEqual(['later', 'old']);
});

test.each<[Partial<AlertRecord>, readonly string[]]>([
  [{}, []],
  [{ acked: { by: 'ann', comment: 'on it' } }, ['acknowledged by ann: on it']],
  [{ acked: { by: '', comment: '' } }, ['acknowledged by somebody']],
  [{ silenced: ['s1'], maintenance: 'm1' }, ['silenced', 'maintenance']],
  [{ status: 'pending', suppressed_by: ['linux/net'] }, ['suppressed by linux/net']],
  [{ status: 'pending', flapping: true }, ['not told yet', 'flapping']],
])('an alert with %j is marked %j', (more, marks) => {
  expect(marksOf(alert('x', more))).toEqual(marks);
});
