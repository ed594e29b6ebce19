import type { CheckRecord } from '../../src/model/check.ts';
import type { Member } from '../../src/model/member.ts';
import type { ServiceRecord } from '../../src/model/service.ts';
import { PENDING_RECORD } from './check.ts';

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
  ...PENDING_RECORD,
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
  flapping: false,
  flapPercent: 0,
  stale: false,
  expired: false,
  suppressedBy: [],
  isWaiting: false,
  service: '',
  ...over,
});

/** A service that is well. */
export const service = (name: string, over: Partial<ServiceRecord> = {}): ServiceRecord => ({
  ...{ id: `my/${name}`, name, packName: 'my', packLevel: 'core', state: 'ok', oldState: 'pending', lastChange: 1 },
  ...{
    checks: ['cpu/load'],
    output: 'fine',
    address: '',
    port: 3306,
    protocol: '',
    tags: [],
    meta: new Map(),
    notes: '',
  },
  ...over,
});
