import { isLoopback } from '../base/loopback.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import type { ZoneKeys } from '../gossip/zone-keys.ts';
import type { AgentFactsJson } from '../http/schemas.ts';
import type { Membership } from '../model/member.ts';
import type { Metrics, Value } from '../model/metrics.ts';
import type { Vitals } from '../model/self.ts';
import type { HostingState } from '../plugins/hosting.ts';
import type { Door } from './ports-file.ts';
import type { World } from './world.ts';

export type AgentState = 'initializing' | 'ok' | 'stopping';

const SHOWN_COMPLAINTS = 8;

interface Seen {
  readonly world: World;
  readonly config: AgentConfig;
  readonly state: AgentState;
  readonly warnings: readonly string[];
  /** What is wrong with others who send to this node. */
  readonly complaints: readonly string[];
  /** Those of the own zone. */
  readonly keys: Pick<ZoneKeys, 'state' | 'fingerprints'>;
  /** Epoch milliseconds. */
  readonly started: number;
  readonly membership: Membership;
  readonly localAddress: string;
  readonly hosting: readonly HostingState[];
  readonly vitals: Vitals;
  /** What the collector `system` saw, if it has. */
  readonly system: Metrics | null;
}

/** What the agent says of itself in `agent info`. */
export function factsOf(seen: Seen): AgentFactsJson {
  const { world, config, membership, hosting, vitals, system, localAddress } = seen;
  const distribution = textAt(system, 'os', 'linux', 'distribution');
  return {
    agent_state: seen.state,
    warnings: [...seen.warnings, ...firstOf(seen.complaints)],
    pid: process.pid,
    started: seen.started,
    version: world.version,
    node_version: process.versions.node,
    ports: world.ports.all(),
    is_http_secure: config.http.tls_cert !== undefined,
    dns_open_to: [...dnsOpenTo(config.dns, world.ports.all())],
    local_addr: localAddress,
    public_addr: hosting.find(({ isActive }) => isActive)?.publicAddress ?? localAddress,
    advertise_addr: membership.self.address,
    socket: world.socketPath,
    home: { config: world.home.config, data: world.home.data, log: world.home.log },
    is_zone_protected: seen.keys.state === 'keyed',
    is_zone_closed: seen.keys.state === 'closed',
    key_fingerprints: [...seen.keys.fingerprints],
    static_groups: config.groups,
    hosting_driver: hosting.find(({ isActive }) => isActive)?.name ?? '',
    hosting_drivers_state: hosting.map(({ name, isActive }) => ({ name, is_active: isActive })),
    topics: {
      'service discovery': config.service_discovery_topic_enabled,
      'automatic detection': config.automatic_detection_topic_enabled,
      monitoring: config.monitoring_topic_enabled,
      metrology: config.metrology_topic_enabled,
    },
    is_managed_system: distribution !== '',
    system_distro: distribution,
    system_distroversion: textAt(system, 'os', 'linux', 'version'),
    logs: { ERROR: [...world.log.kept.ERROR], WARNING: [...world.log.kept.WARNING] },
    cpu_consumption: vitals.cpuPercent,
    memory_consumption: vitals.memoryBytes,
    event_loop: vitals.loopDelay,
  };
}

/** Nobody beyond this machine reaches a door that listens on loopback only. */
const dnsOpenTo = ({ bind, allow }: AgentConfig['dns'], { dns }: Partial<Record<Door, number>>): readonly string[] =>
  dns === undefined || bind.every(isLoopback) ? [] : allow;

/** Anybody can send from many addresses: that must not bury the rest. */
function firstOf(complaints: readonly string[]): string[] {
  const more = complaints.length - SHOWN_COMPLAINTS;
  const shown = complaints.slice(0, SHOWN_COMPLAINTS);
  return more > 0 ? [...shown, `and ${more} more addresses send what cannot be used; see the log`] : shown;
}

/** The text at a path of a tree; empty when there is none. */
function textAt(tree: Metrics | null, ...path: readonly string[]): string {
  let place: Value | undefined = tree ?? undefined;
  for (const key of path) place = isTree(place) && Object.hasOwn(place, key) ? place[key] : undefined;
  return typeof place === 'string' ? place : '';
}

const isTree = (value: Value | undefined): value is Metrics =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
