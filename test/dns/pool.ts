import { type Random, seeded } from '../../src/base/random.ts';
import { answerQuery, type Transport, type ZoneData } from '../../src/dns/answer.ts';
import { NameIndex } from '../../src/dns/name-index.ts';
import { written } from '../../src/dns/responder.ts';
import { type AnswerSettings, DEFAULT_ANSWERS, type DoorSettings } from '../../src/dns/settings.ts';
import type { CheckSummary, Member, Membership, NodeState, ServiceSummary } from '../../src/model/member.ts';

interface Wanted {
  readonly name: string;
  readonly address: string;
  readonly groups?: readonly string[];
  readonly state?: NodeState;
  readonly zone?: string;
  readonly displayName?: string;
  readonly settled?: NodeState;
  readonly reachable?: boolean;
  readonly checks?: ReadonlyMap<string, CheckSummary>;
  readonly services?: ReadonlyMap<string, ServiceSummary>;
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
  checks = new Map(),
  services = new Map(),
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
  checks,
  services,
  tags: new Map(),
  version: '0.1.0',
  since: 0,
});

/** So many nodes of the group `big`, each with an address of its own. */
export const crowd = (size: number): Member[] =>
  Array.from({ length: size }, (_, i) =>
    member({ name: `b${i}`, address: `10.1.${i >> 8}.${i & 255}`, groups: ['big'] }),
  );

/** A service, ok and without an address of its own unless said. */
export const service = (over: Partial<ServiceSummary> = {}): ServiceSummary => ({
  state: 'ok',
  address: '',
  port: 0,
  tags: [],
  meta: new Map(),
  ...over,
});

/** A confirmed check in that state. */
export const check = (state: CheckSummary['state'], hard = true): CheckSummary => ({
  state,
  hard,
  changed: 1,
  output: '',
});

/** What the first of these is a member of. */
export function poolOf(members: readonly [Member, ...Member[]]): Membership {
  const [self] = members;
  return { self, members: new Map(members.map((one) => [one.id, one])) };
}

/** The zone data of a pool; the first node is this one. */
export function zoneOf(
  members: readonly [Member, ...Member[]],
  random: Random = seeded(1),
  settings: Partial<AnswerSettings> = {},
): ZoneData {
  const index = new NameIndex(poolOf(members), () => false);
  index.refresh();
  return { index, settings: { ...DEFAULT_ANSWERS, ...settings }, serial: { value: 1_700_000_000 }, random };
}

/** A door that anybody may ask anything. */
export const OPEN_DOOR: DoorSettings = {
  allow: [],
  rateLimit: 0,
  tcpMax: 256,
  tcpIdleMs: 10_000,
  logQueries: 0,
  recursors: [],
};

/** What becomes of a packet, its answer as bytes. */
export function outcomeOf(packet: Buffer, zone: ZoneData, transport: Transport = 'udp') {
  const outcome = answerQuery(packet, zone, transport);
  if (outcome.kind === 'dropped') return outcome;
  const { prepared, keys: _, ...rest } = outcome;
  return { ...rest, bytes: written(prepared, packet) };
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
