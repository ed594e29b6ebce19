import { expect, test } from 'vitest';
import type { Member } from '../../src/model/member.ts';
import { type SnapshotParts, snapshotParts } from '../../src/websocket/snapshot.ts';
import { ALERT } from '../support/alert.ts';
import { check, member } from '../support/nodes.ts';

const source = (members: readonly Member[], checks = [check('cpu/load')]): SnapshotParts => ({
  membership: { self: members[0] ?? member('self'), members: new Map(members.map((each) => [each.id, each])) },
  memberView: ({ id, name, groups }) => ({ uuid: id, name, groups, checks: {} }),
  checks: () => checks,
  alerts: () => [ALERT],
  health: () => [{ service: 'web', health: true, healthchecks: [] }],
});

const plain = (parts: Iterable<unknown>) => Array.from(parts, (part) => JSON.parse(JSON.stringify(part)));

test('a small pool is one part: members, and beside them their groups and checks', () => {
  const summary = { state: 'critical', hard: true, changed: 5, output: 'no' } as const;
  const pool = [member('self'), member('other', { groups: ['redis'], checks: new Map([['disk', summary]]) })];

  const parts = plain(snapshotParts(source(pool)));
  expect(parts).toMatchObject([
    {
      members: { self: { uuid: 'self' }, other: { uuid: 'other' } },
      groups: { self: ['linux'], other: ['redis'] },
      checks: {
        self: { 'cpu/load': { node: 'self', state: 'ok', output: 'all is well' } },
        other: { disk: { node: 'other', state: 'critical', last_check: 5 } },
      },
      health: { web: { service: 'web', health: true, healthchecks: [] } },
      alerts: { [ALERT.id]: { id: ALERT.id, kind: 'check', started: 1_700_000_000 } },
    },
  ]);
  expect(parts[0].members.self).not.toHaveProperty('groups');
  expect(parts[0].members.self).not.toHaveProperty('checks');
});

test('a large pool is split into parts of at most 256 KiB that have everything once', () => {
  const pool = Array.from({ length: 3_000 }, (_, number) => member(`node-${number}`, { name: 'é'.repeat(100) }));
  const parts = Array.from(snapshotParts(source(pool)), (part) => JSON.stringify(part));

  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(262_144 - 200);
  const ids = parts.flatMap((part) => Object.keys(JSON.parse(part).members));
  expect(ids.toSorted()).toEqual(pool.map(({ id }) => id).toSorted());
});

test('names of input mean nothing', () => {
  const text = JSON.stringify([...snapshotParts(source([member('__proto__')], [check('__proto__')]))]);

  expect(text).toContain('"members":{"__proto__":{');
  expect(text).toContain('"checks":{"__proto__":{"__proto__":{');
});
