import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import type { CheckRecord } from '../../src/model/check.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { CheckSummary, Member } from '../../src/model/member.ts';
import type { RepairRecord } from '../../src/model/repair.ts';
import { Feed } from '../../src/websocket/feed.ts';
import { ALERT } from '../support/alert.ts';
import { SimulatedClock } from '../support/clock.ts';
import { check, member } from '../support/nodes.ts';

const SELF = member('self');
const EVENT = { name: 'deploy', payload: new Uint8Array(), lTime: 1, heard: 1, replayed: false };

const REPAIR: RepairRecord = {
  ...{ id: 'r1', event: 'end', at: 5, node: 'self', service: 'web', check: 'Key', action: 'Fix', args: [], kwargs: {} },
  ...{ who: 'auto', reason: '', before: 'unhealthy', after: 'healthy', isFixed: true, exit: 0, output: '' },
  ...{ durationMs: 7, attempt: 1, maxAttempts: 3 },
};

/** A feed whose frames a test can read. */
function feed(clients = 1) {
  const frames: { channel: string; index: number; ts: number; payload: unknown }[] = [];
  const failures: unknown[] = [];
  const bus = new Bus<AgentEvent>((error) => failures.push(error));
  const made = new Feed({
    bus,
    clock: new SimulatedClock(1_000),
    membership: { self: SELF, members: new Map([[SELF.id, SELF]]) },
    memberView: ({ id, state }: Member) => ({ uuid: id, state }),
    eventView: ({ name }) => ({ type: name }),
    changeView: ({ key, op }) => ({ key, op }),
    tell: ({ text }) => frames.push(JSON.parse(text)),
    isWanted: () => clients > 0,
  });
  return { bus, feed: made, frames, failures };
}

test.each([
  ['member-join', 'gossip::alive'],
  ['member-alive', 'gossip::alive'],
  ['member-suspect', 'gossip::suspect'],
  ['member-failed', 'gossip::dead'],
  ['member-leave', 'gossip::leave'],
  ['member-update', 'gossip::alive'],
  ['member-flap', 'gossip::alive'],
  ['member-settle', 'gossip::alive'],
  ['member-reach', 'gossip::alive'],
] as const)('%s is told as %s, in the same call', (type, word) => {
  const { bus, frames } = feed();

  bus.emit({ type, member: member('a') });
  expect(frames).toEqual([
    { channel: 'gossip', index: 1, ts: 1_000, payload: { type: word, uuid: 'a', state: 'alive' } },
  ]);
});

test('frames are handed over before the emit returns', () => {
  const { bus, frames } = feed();
  const before = check('cpu/load');
  const tells: [channel: string, event: AgentEvent][] = [
    ['gossip', { type: 'member-failed', member: member('a') }],
    ['gossip', { type: 'record-change', part: 'base', member: member('a'), before: member('a') }],
    ['checks', { type: 'check-change', check: check('cpu/load', { state: 'critical' }), before, result: null }],
    ['events', { type: 'user-event', event: EVENT }],
    ['alerts', { type: 'alert-change', action: 'fired', alert: ALERT }],
    ['groups', { type: 'groups-change', groups: ['redis'], add: ['redis'], remove: [] }],
  ];

  for (const [channel, event] of tells) {
    frames.length = 0;
    bus.emit(event);
    const handed = frames.map((frame) => frame.channel);
    expect(handed).toEqual([channel]);
  }
});

test('a service is told as clients know it, and one that is gone as nothing', () => {
  const { bus, frames } = feed();
  const status = { service: 'web', health: false, healthchecks: [] };

  bus.emit({ type: 'health-change', service: 'web', status });
  bus.emit({ type: 'health-change', service: 'web', status: null });
  expect(frames.map(({ channel, payload }) => [channel, payload])).toEqual([
    ['health', status],
    ['health', { service: 'web', health: null, healthchecks: [] }],
  ]);
});

test('a repair is told as it stands in the history', () => {
  const { bus, frames } = feed();

  bus.emit({ type: 'repair-change', record: REPAIR });
  expect(frames).toMatchObject([
    { channel: 'repairs', payload: { id: 'r1', event: 'end', fixed: true, duration_ms: 7 } },
  ]);
  expect(frames[0]?.payload).not.toHaveProperty('isFixed');
});

test('a check of another node that has not run yet has no time', () => {
  const { bus, frames } = feed();
  const waiting: CheckSummary = { state: 'pending', hard: true, changed: 0, output: '' };

  bus.emit({ type: 'member-join', member: member('a', { checks: new Map([['x', waiting]]) }) });
  expect(frames[1]?.payload).toMatchObject({ name: 'x', state: 'pending', last_check: null });
});

test('who is forgotten is told as reaped', () => {
  const { bus, frames } = feed();

  bus.emit({ type: 'member-reap', member: member('a') });
  expect(frames[0]?.payload).toEqual({ type: 'gossip::reaped', uuid: 'a' });
});

test('a check of this node is told with what it was before', () => {
  const { bus, frames } = feed();
  const now = check('cpu/load', { state: 'critical', hard: false, output: 'too much', displayName: 'Load' });

  bus.emit({ type: 'check-change', check: now, before: check('cpu/load'), result: { state: 'critical', output: '' } });
  expect(frames).toMatchObject([
    {
      channel: 'checks',
      payload: {
        node: 'self',
        name: 'cpu/load',
        display_name: 'Load',
        state: 'critical',
        state_id: 2,
        old_state: 'ok',
        hard: false,
        output: 'too much',
        last_check: 2,
        flapping: false,
        suppressed_by: [],
      },
    },
  ]);
});

test('of the record of another node every change has its frame', () => {
  const { bus, frames } = feed();
  const summary = (state: CheckSummary['state']): CheckSummary => ({ state, hard: true, changed: 7, output: '' });
  const before = member('a', {
    groups: ['linux', 'old'],
    checks: new Map([
      ['x', summary('ok')],
      ['y', summary('ok')],
    ]),
  });
  const after = member('a', {
    groups: ['linux', 'new'],
    checks: new Map([
      ['x', summary('warning')],
      ['y', summary('ok')],
      ['z', summary('critical')],
    ]),
  });

  bus.emit({ type: 'record-change', part: 'base', member: after, before });
  expect(frames.map(({ channel, index }) => [channel, index])).toEqual([
    ['gossip', 1],
    ['groups', 2],
    ['checks', 3],
    ['checks', 4],
  ]);
  expect(frames[1]?.payload).toEqual({ node: 'a', add: ['new'], remove: ['old'] });
  expect(frames[2]?.payload).toMatchObject({ node: 'a', name: 'x', state: 'warning', old_state: 'ok', last_check: 7 });
  expect(frames[2]?.payload).toMatchObject({ flapping: null, suppressed_by: null });
  expect(frames[3]?.payload).toMatchObject({ node: 'a', name: 'z', state: 'critical', old_state: 'pending' });
});

test('who comes with checks is told with them', () => {
  const { bus, frames } = feed();
  const summary: CheckSummary = { state: 'critical', hard: true, changed: 7, output: 'no' };

  bus.emit({ type: 'member-join', member: member('a', { checks: new Map([['x', summary]]) }) });
  expect(frames.map(({ channel }) => channel)).toEqual(['gossip', 'checks']);
  expect(frames[1]?.payload).toMatchObject({ node: 'a', name: 'x', state: 'critical', old_state: 'pending' });
});

test('what this node says of itself is told once', () => {
  const { bus, frames } = feed();

  bus.emit({ type: 'groups-change', groups: ['redis'], add: ['redis'], remove: [] });
  bus.emit({ type: 'record-change', part: 'base', member: member('self', { groups: ['redis'] }), before: SELF });
  expect(frames.map(({ channel }) => channel)).toEqual(['groups', 'gossip']);
});

test('without clients nothing is written, but frames are counted', () => {
  const { bus, feed: made, frames } = feed(0);

  bus.emit({ type: 'member-alive', member: member('a') });
  expect([frames, made.index]).toEqual([[], 1]);
});

test('a feed that was disposed of hears nothing', () => {
  const { bus, feed: made, frames } = feed();
  const before: CheckRecord = check('x');

  made[Symbol.dispose]();
  bus.emit({ type: 'member-alive', member: member('a') });
  bus.emit({ type: 'check-change', check: before, before, result: { state: 'ok', output: '' } });
  expect(frames).toEqual([]);
});

test('a change of an alert is told with the alert as it is now', () => {
  const { bus, frames } = feed();
  bus.emit({ type: 'alert-change', action: 'acked', alert: ALERT });
  expect(frames).toMatchObject([
    { channel: 'alerts', payload: { id: ALERT.id, action: 'acked', alert: { id: ALERT.id, node: { name: 'db-1' } } } },
  ]);
});
