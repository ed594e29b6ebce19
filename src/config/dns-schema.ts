import { ipBytes } from '../base/ip.ts';
import * as field from './fields.ts';
import { section } from './section.ts';

const DOMAIN = /^\.?[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/;

const policy = () => field.oneOf(['critical', 'warning', 'any']);

/** Who may ask unless something else is written: this machine and private networks. */
const PRIVATE = ['127.0.0.0/8', '::1', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10'];

/** An address, which may have a port. */
const isServer = (written: string): boolean =>
  ipBytes(written) !== undefined || ipBytes(written.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1')) !== undefined;

/** The section `dns` of agent.yml. */
export const dns = section({
  enabled: field.flag().default(false).describe('Answer DNS queries; the group dns-listener switches it on as well.'),
  port: field.door().default(6766).describe('Port for UDP and TCP.'),
  bind: field.addresses().prefault(['127.0.0.1', '::1']).describe('Addresses it listens on.'),
  domain: field
    .textLike(DOMAIN, 'a domain such as .opsbro')
    .prefault('.opsbro')
    .describe('Names below this domain are answered.'),
  alt_domains: field
    .words('a list of domains such as .example.org', DOMAIN)
    .prefault([])
    .describe('Further domains with the same names; an answer uses the one that was asked.'),
  ttl: field.wholeNumber(0, 86_400).default(5).describe('Seconds an answer may be kept.'),
  negative_ttl: field
    .wholeNumber(0, 86_400)
    .default(5)
    .describe('Seconds the answer that there is nothing may be kept; 0 for not at all.'),
  policy: section({
    lists: policy()
      .prefault('critical')
      .describe('Names of groups and services leave out what is critical, what is in warning too, or nothing alive.'),
    names: policy().prefault('any').describe('The same for names of nodes.'),
  }),
  fail_open: field.flag().default(false).describe('Give all that live when the policy would leave nobody.'),
  max_udp: field.wholeNumber(512, 4_096).default(1_232).describe('Bytes of the longest answer over UDP.'),
  max_answers: field
    .wholeNumber(0, 4_096)
    .default(0)
    .describe('Addresses in one answer at most; 0 for as many as fit.'),
  allow: field.networks().prefault(PRIVATE).describe('Networks that get answers; others are refused.'),
  rate_limit: field
    .wholeNumber(0, 1_000_000)
    .default(200)
    .describe('Answers a second over UDP to one network beyond this machine; 0 for any number.'),
  tcp_max: field.wholeNumber(1, 10_000).default(256).describe('Connections over TCP at a time.'),
  tcp_idle: field.duration().prefault('10s').describe('Time without a question after which a connection is closed.'),
  log_queries: field
    .wholeNumber(0, 1_000_000)
    .default(0)
    .describe('One of so many queries is written to the log; 0 for none.'),
  recursors: field
    .words('a list of addresses such as 10.0.0.53 or 10.0.0.53:5353')
    .refine((servers) => servers.every(isServer), { error: () => '' })
    .meta({ expected: 'a list of addresses such as 10.0.0.53 or 10.0.0.53:5353' })
    .prefault([])
    .describe('Servers that are asked for other names, for programs of this machine only.'),
});
