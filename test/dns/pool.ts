import { type Random, seeded } from '../../src/base/random.ts';
import type { ZoneData } from '../../src/dns/answer.ts';
import type { Member, NodeState } from '../../src/model/member.ts';

interface Wanted {
  readonly name: string;
  readonly address: string;
  readonly groups?: readonly string[];
  readonly state?: NodeState;
  readonly zone?: string;
  readonly displayName?: string;
  readonly settled?: NodeState;
  readonly reachable?: boolean;
}

/** A node of a made-up pool, alive in zone `dc1` unless said. */
export const member = ({
  name,
  address,
  groups = [],
  state = 'alive',
  zone = 'dc1',
  displayName = '',
  settled = state,
  reachable = true,
}: Wanted): Member => ({
  id: `id-${name}`,
  name,
  displayName,
  kind: 'opsbro',
  state,
  leaving: false,
  settled,
  flapping: false,
  reachable,
  udpBlocked: false,
  address,
  port: 6768,
  incarnation: 1,
  zone,
  isProxy: false,
  groups,
  checks: new Map(),
  services: new Map(),
  tags: new Map(),
  version: '0.1.0',
  since: 0,
});

/** So many nodes of the group `big`, each with an address of its own. */
export const crowd = (size: number): Member[] =>
  Array.from({ length: size }, (_, i) =>
    member({ name: `b${i}`, address: `10.1.${i >> 8}.${i & 255}`, groups: ['big'] }),
  );

/** The zone data of a pool; the first node is this one. */
export function zoneOf(members: readonly [Member, ...Member[]], random: Random = seeded(1)): ZoneData {
  const [self] = members;
  return {
    membership: { self, members: new Map(members.map((one) => [one.id, one])) },
    domain: '.opsbro',
    ttl: 5,
    negativeTtl: 5,
    serial: 1_700_000_000,
    random,
  };
}

/** Three living nodes, and one in each other state. */
export const POOL: readonly [Member, ...Member[]] = [
  member({ name: 'n1', address: '10.0.0.1', groups: ['linux', 'redis'], displayName: 'Front-1' }),
  member({ name: 'n2', address: '10.0.0.2', groups: ['Redis'] }),
  member({ name: 'n3', address: 'fd00::3', groups: ['web'] }),
  member({ name: 'web.1', address: '10.0.0.4', groups: ['zone::lan'] }),
  member({ name: 'twin', address: '10.0.0.4', groups: ['zone::lan'] }),
  member({ name: 'far', address: '10.9.0.1', groups: ['redis'], zone: 'a.dc2' }),
  member({ name: 'n5', address: '10.0.0.5', groups: ['redis', 'tired'], state: 'suspect' }),
  member({ name: 'n6', address: '10.0.0.6', groups: ['redis', 'tired'], state: 'dead' }),
  member({ name: 'n7', address: '10.0.0.7', groups: ['redis', 'gone'], state: 'left' }),
];
