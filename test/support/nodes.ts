import type { CheckRecord } from '../../src/model/check.ts';
import type { Member } from '../../src/model/member.ts';

/** A member as it is after a quiet start. */
export const member = (id: string, over: Partial<Member> = {}): Member => ({
  id,
  name: `name-${id}`,
  displayName: '',
  kind: 'opsbro',
  state: 'alive',
  leaving: false,
  settled: 'alive',
  flapping: false,
  reachable: true,
  udpBlocked: false,
  address: '127.0.0.1',
  port: 6768,
  incarnation: 1,
  zone: 'internet',
  isProxy: false,
  groups: ['linux'],
  checks: new Map(),
  services: new Map(),
  tags: new Map(),
  version: '0.1.0',
  since: 1_700_000_000_000,
  ...over,
});

/** A check that is well. */
export const check = (id: string, over: Partial<CheckRecord> = {}): CheckRecord => ({
  id,
  displayName: id,
  packName: id.split('/')[0] ?? '',
  packLevel: 'core',
  kind: 'expression',
  state: 'ok',
  oldState: 'pending',
  hard: true,
  hardState: 'ok',
  attempt: 1,
  maxAttempts: 3,
  hardSince: 1,
  lastChange: 1,
  lastCheck: 2,
  nextCheck: 3,
  durationMs: 4,
  output: 'all is well',
  longOutput: '',
  perfdata: [],
  ...over,
});
