import type { AgentConfig } from '../config/agent-schema.ts';
import type { DnsOptions } from '../dns/dns.ts';
import type { AnswerSettings, DoorSettings } from '../dns/settings.ts';
import type { Membership } from '../model/member.ts';
import type { World } from './world.ts';

type DnsConfig = AgentConfig['dns'];

/** Nodes of this group answer questions for names whatever their settings say. */
const GROUP = 'dns-listener';

/** Whether a node that is in these groups is to have the DNS door. */
export const isDnsWanted = ({ enabled }: DnsConfig, groups: { has(group: string): boolean }): boolean =>
  enabled || groups.has(GROUP);

/** What the DNS door is opened with, its port apart. */
export function dnsOptions(
  config: DnsConfig,
  world: World,
  pool: { readonly membership: Membership; readonly isDrained: (nodeId: string) => boolean },
): Omit<DnsOptions, 'port'> {
  const { bus, clock, random, log } = world;
  const [first = '127.0.0.1', ...others] = config.bind;
  return {
    ...{ bind: [first, ...others], settings: answersOf(config), door: doorOf(config) },
    ...{ bus, clock, random, log: log.logger.child({ part: 'dns' }) },
    ...pool,
  };
}

const answersOf = (config: DnsConfig): AnswerSettings => ({
  domains: [config.domain, ...config.alt_domains],
  ttl: config.ttl,
  negativeTtl: config.negative_ttl,
  lists: config.policy.lists,
  names: config.policy.names,
  failOpen: config.fail_open,
  maxUdp: config.max_udp,
  maxAnswers: config.max_answers,
});

const doorOf = (config: DnsConfig): DoorSettings => ({
  allow: config.allow,
  rateLimit: config.rate_limit,
  tcpMax: config.tcp_max,
  tcpIdleMs: config.tcp_idle,
  logQueries: config.log_queries,
  recursors: config.recursors,
});
