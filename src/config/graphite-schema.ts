import { z } from 'zod';
import * as field from './fields.ts';
import { section } from './section.ts';
import { MOST_PATTERN } from './series-rules.ts';
import { SENDERS } from './statsd-schema.ts';

const MOST_TARGETS = 16;

const patterns = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((written) => [written].flat())
    .pipe(z.array(z.string().min(1).max(MOST_PATTERN)))
    .meta({ expected: 'a regular expression, or a list of such' });

const target = z.strictObject({
  host: field.textLike(/^[^\s/]{1,255}$/, 'a host or an address'),
  port: z.int().min(1).max(65_535).default(2003).meta({ expected: 'a port from 1 to 65535' }),
  protocol: field.oneOf(['plaintext', 'pickle', 'udp']).prefault('plaintext'),
  tls: field.flag().default(false),
  prefix: field.textLike(/^[A-Za-z0-9_.-]{0,128}$/, 'the beginning of a name').prefault(''),
  include: patterns().prefault([]),
  exclude: patterns().prefault([]),
  replication: field.oneOf(['all', 'hash']).prefault('all'),
});

/** The section `graphite` of agent.yml. */
export const graphite = section({
  enabled: field.flag().default(false).describe('Take points in the protocols of Graphite.'),
  port: field.door().default(2003).describe('Port for lines, TCP and UDP.'),
  bind: field.addresses().prefault(['127.0.0.1', '::1']).describe('Addresses it listens on.'),
  tcp: field.flag().default(true).describe('Take lines over TCP.'),
  udp: field.flag().default(true).describe('Take lines over UDP.'),
  pickle: field.flag().default(false).describe('Take points as pickles of Python, over TCP; read without running any.'),
  pickle_port: field.door().default(2004).describe('TCP port for pickles.'),
  allow: field.networks().prefault(SENDERS).describe('Networks whose points count; others are refused.'),
  idle_timeout: field.duration(1_000).prefault('600s').describe('Time after which a silent connection is closed.'),
  max_connections: field.wholeNumber(1, 100_000).default(1_000).describe('Connections at a time, of each port.'),
  forward: z
    .array(target)
    .max(MOST_TARGETS)
    .meta({ expected: 'a list of {host, port, protocol, tls, prefix, include, exclude, replication}' })
    .prefault([])
    .describe('Servers of Graphite that get every point of this node too; what they cannot take waits on disk.'),
  spool_max: field.size().prefault('1GiB').describe('Bytes that may wait on disk for one server; the oldest go first.'),
});

/** A server that gets points, with every default filled in. */
export type ForwardTarget = z.output<typeof target>;
