import { expect, test } from 'vitest';
import { withSelf } from '../../src/agent/self-facts.ts';
import type { Member } from '../../src/model/member.ts';
import { fakeHost } from '../support/host.ts';

const VITALS = { cpuPercent: 1, memoryBytes: 2, heapBytes: 3, handles: 4, loopDelay: { p50: 5, p99: 6 } };
const member = (about: Partial<Member>) => about as Member;

test('plugins of an agent are told what it knows of itself, as it is now', () => {
  const self = member({ id: 'a', state: 'alive', zone: 'paris' });
  const members = new Map([['a', self]]);
  const pool = { self, members, counters: new Map([['awareness', 2]]) };
  const main = { name: 'ec2', isActive: true, reason: '', publicAddress: '203.0.113.4' };
  const host = withSelf(fakeHost({ self: null }), { pool, hosting: { main }, vitals: () => VITALS });
  members.set('b', member({ id: 'b', state: 'dead' })).set('c', member({ id: 'c', state: 'left', rttMs: 0.5 }));

  expect(host.self()).toEqual({
    vitals: VITALS,
    pool: { zone: 'paris', known: 3, alive: 1, suspect: 0, dead: 1, rttMs: [0.5], awareness: 2 },
    publicAddress: '203.0.113.4',
  });
});
