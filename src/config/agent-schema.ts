import { z } from 'zod';
import { GOSSIP_PORT, HTTP_PORT, PEER_PORT } from '../base/default-ports.ts';
import type { Yaml } from '../model/pack.ts';
import { alerting } from './alerting-schema.ts';
import { dns } from './dns-schema.ts';
import * as field from './fields.ts';
import { graphite } from './graphite-schema.ts';
import { kvEtcd } from './kv-etcd-schema.ts';
import { kvRing } from './kv-ring-schema.ts';
import { logging } from './log-schema.ts';
import { mob } from './mob-schema.ts';
import { prometheus } from './prometheus-schema.ts';
import { section } from './section.ts';
import { statsd } from './statsd-schema.ts';
import { metrics, store } from './store-schema.ts';

const loopback = () => field.addresses().prefault(['127.0.0.1', '::1']);
const topic = (what: string) => field.flag().default(true).describe(`${what}; false switches it off.`);

const http = section({
  port: field.door().default(HTTP_PORT).describe('TCP port of the API and the page.'),
  bind: loopback().describe('Addresses the API listens on, beside the unix socket.'),
  allowed_hosts: field
    .words('a list of host names')
    .prefault([])
    .describe("Names, beside the agent's own, that a request may give as its Host."),
  anonymous_read: field
    .oneOf(['none', 'loopback', 'any'])
    .prefault('loopback')
    .describe('From where reading needs no token: from nowhere, from this machine, or from everywhere.'),
  max_body: field.size().prefault('8MB').describe('Longest body of a request; a longer one is answered with 413.'),
  max_connections_per_client: field
    .wholeNumber(1, 100_000)
    .default(200)
    .describe('Connections one client address may hold at a time.'),
  tls_cert: field
    .path()
    .optional()
    .describe(
      'File with the certificate (PEM, with those that lead to an authority) with which these doors speak HTTPS.',
    ),
  tls_key: field.path().optional().describe('File with the private key of that certificate, without a passphrase.'),
  ui: field.flag().default(true).describe('Serve the web page.'),
});

const websocket = section({
  enabled: field.flag().default(true).describe('Listen on a port of its own; the same stream is at /ws of the API.'),
  port: field.door().default(6769).describe('TCP port.'),
  bind: loopback().describe('Addresses it listens on.'),
  max_clients: field
    .wholeNumber(1, 100_000)
    .default(1_000)
    .describe('Clients at once, those at /ws of the API among them; further ones are closed with 1013.'),
});

const kv = section({
  engine: field
    .oneOf(['level', 'etcd'])
    .prefault('level')
    .describe(
      'Where keys are kept: level on the nodes themselves, three copies each; etcd in a cluster that is there already.',
    ),
  max_value: field
    .size(8 * 1024 * 1024)
    .prefault('1MiB')
    .describe('Longest value of a key, at most 8MiB.'),
  max_bytes: field.size().prefault('1GiB').describe('Bytes the store may hold on this node; 0 for no limit.'),
  ...kvRing,
  etcd: kvEtcd,
});

const profiled = () => field.duration().optional();

const gossip = section({
  profile: field
    .oneOf(['lan', 'wan', 'local'])
    .prefault('lan')
    .describe('Set of times for the network between the nodes; single ones may be set below.'),
  tags: z
    .record(z.string().regex(/^(?!(?:ob|id|z|pp|px|sv|g)$)[A-Za-z0-9_.-]{1,64}$/), field.text())
    .meta({ expected: 'a map of texts, under other names than ob, id, z, pp, px, sv and g' })
    .prefault({})
    .describe('Tags of this node that every member sees.'),
  label: field
    .textLike(/^[!-~]{0,255}$/, 'a word of at most 255 letters, digits and signs')
    .prefault('')
    .describe('Only members with the same label hear each other; real serf agents have none.'),
  compress: field.flag().default(true).describe('Send compressed what gets shorter by it.'),
  allowed_networks: field
    .networks()
    .prefault([])
    .describe('Networks that members may come from and be at; any when the list is empty.'),
  max_packets_per_source: field
    .wholeNumber(1, 1_000_000)
    .default(1_000)
    .describe('Datagrams a second that one address may send, twice as many in a burst.'),
  event_limit: field
    .size(9 * 1024)
    .prefault(512)
    .describe('Longest event with its name, at most 9KiB; real serf agents take 512 bytes.'),
  detect: field.flag().default(true).describe('Answer those who ask the local network who is there.'),
  damping: field
    .flag()
    .default(true)
    .describe(
      'A node that comes and goes all the time counts for names, groups and alerts only once its return has lasted.',
    ),
  rejoin_after_leave: field
    .flag()
    .default(false)
    .describe('Look for the members of the last run at start, although this node left on purpose.'),
  import_serf_snapshot: field
    .path()
    .optional()
    .describe('Snapshot file of a Serf agent whose members are tried when this node remembers none of its own.'),
  tcp_timeout: profiled().describe('Longest time for a whole exchange over TCP.'),
  indirect_checks: field.wholeNumber(0, 100).optional().describe('Members asked to try when a probe is not answered.'),
  retransmit_mult: field
    .wholeNumber(1, 100)
    .optional()
    .describe('Times a message is told on, per digit of the number of members.'),
  suspicion_mult: field
    .wholeNumber(1, 100)
    .optional()
    .describe('Length of a suspicion in probe intervals, per digit of the number of members.'),
  suspicion_max_timeout_mult: field
    .wholeNumber(1, 100)
    .optional()
    .describe('How many times longer a suspicion lasts that nobody confirms.'),
  push_pull_interval: profiled().describe('Time between two whole exchanges with a random member.'),
  probe_interval: profiled().describe('Time between two probes.'),
  probe_timeout: profiled().describe('Time a probed member has to answer.'),
  gossip_interval: profiled().describe('Time between two rounds of telling news on.'),
  gossip_nodes: field.wholeNumber(1, 100).optional().describe('Members told in one round.'),
  gossip_to_the_dead: profiled().describe('For how long a dead member is still told the news.'),
  reconnect_interval: profiled().describe('Time between two attempts to reach a dead member.'),
  flush_delay: profiled().describe('Longest time news waits before it is told on.'),
  reap_dead: profiled().describe('For how long a dead member is shown before it is forgotten; 24h when left out.'),
  reap_left: profiled().describe('For how long a member that left is shown before it is forgotten; 24h when left out.'),
  move_wait: field
    .flag()
    .default(true)
    .describe('Wait after a move to another address until plain Serf agents accept it, 2 minutes at most.'),
});

const MAX_ATTEMPTS = 100;

/** What checks of one kind do unless they say otherwise. */
const checkDefaults = z.strictObject({
  interval: field.duration(1_000).optional().describe('Time between two runs.'),
  timeout: field.duration(1).optional().describe('Time a run may take.'),
  retry_interval: field.duration(1_000).optional().describe('Time between two runs while a change is not confirmed.'),
  max_attempts: field.wholeNumber(1, MAX_ATTEMPTS).optional().describe('Results in a row that confirm a problem.'),
  recovery_attempts: field.wholeNumber(1, MAX_ATTEMPTS).optional().describe('Good results in a row that end it.'),
});

const checks = section({
  max_attempts: field
    .wholeNumber(1, MAX_ATTEMPTS)
    .default(1)
    .describe('Results in a row that confirm a problem, where a check does not say.'),
  defaults: z
    .record(z.string(), checkDefaults)
    .meta({ expected: 'a map from kinds of checks, such as http, to settings' })
    .prefault({})
    .describe('What checks of a kind (expression, script, http, tcp...) do unless they say otherwise.'),
  max_parallel: field
    .wholeNumber(1, 1_000)
    .optional()
    .describe('Scripts that run at the same time; twice the number of processors and at least 4 when left out.'),
  plugin_path: field
    .words('a list of folders', /^\/\S{0,255}$/)
    .prefault(['/usr/lib/nagios/plugins', '/usr/lib64/nagios/plugins', '/usr/lib/monitoring-plugins'])
    .describe('Folders in which a plugin without a path is looked for, before the search path.'),
  trust_paths: field
    .flag()
    .default(false)
    .describe('true: an agent that is root also runs scripts that other users own or may write to.'),
});

const collector = z.strictObject({
  interval: field.duration(1_000).optional().describe('Time between two runs.'),
  timeout: field.duration(1).optional().describe('Time a run may take.'),
  enabled: field.flag().optional().describe('false: it does not run.'),
});

/** The agent's own configuration, `agent.yml`: this schema is its check, its type, its reference page and its sample file. */
export const AgentConfig = z.strictObject({
  groups: field
    .words('a list of group names')
    .prefault([])
    .describe('Groups this node is in, besides those that detectors find.'),
  display_name: field.text().prefault('').describe('Name to show beside the node name.'),
  name: field
    .textLike(/^[A-Za-z0-9.-]{1,128}$/, 'a name of letters, digits, dots and dashes')
    .optional()
    .describe('Name of the node among its peers; the host name when left out.'),
  keep_identity: field
    .flag()
    .default(false)
    .describe('Keep the node id although an older node of the pool has the same, as a cloned machine does.'),
  history_keep: field.duration().prefault('30d').describe('How long is kept what happened to the nodes of the pool.'),
  history_max_size: field
    .size()
    .prefault('100MB')
    .describe(
      'What that may take on disk; the oldest goes first. The last 10,000 changes, or 10 MB, are kept at most.',
    ),
  process_name: field.text().prefault('opsbro').describe('Title of the process.'),
  node_zone: field
    .zoneName()
    .prefault('internet')
    .describe('Zone this node is in; one of those below zones/. After gossip zone change the one named there counts.'),
  proxy_node: field
    .flag()
    .default(false)
    .describe('Stand for this zone towards the zone above and the zones below it.'),
  seeds: field
    .endpoints()
    .prefault([])
    .describe('Members to join at start, and again while no other member is known: host, host:port or [v6]:port.'),
  bind: field
    .addresses()
    .optional()
    .describe('Addresses gossip listens on; when left out, all of them with a key of the zone and 127.0.0.1 without.'),
  advertise: field.oneAddress().optional().describe('Address told to others; found by itself when left out.'),
  advertise_port: field.port().optional().describe('Port told to others, when it is not the one listened on.'),
  port: field.port().default(GOSSIP_PORT).describe('Port of gossip, UDP and TCP.'),
  peer_port: field
    .door()
    .default(PEER_PORT)
    .describe('TCP port at which other agents ask this one, on the addresses of bind.'),
  insecure: field.flag().default(false).describe('Let gossip listen beyond loopback although the zone has no key.'),
  http,
  websocket,
  dns,
  kv,
  gossip,
  checks,
  alerting,
  collectors: z
    .record(z.string(), collector)
    .meta({ expected: 'a map from collector names to settings' })
    .prefault({})
    .describe('Settings of single collectors, by name.'),
  store,
  metrics,
  statsd,
  graphite,
  prometheus,
  mob,
  ...logging,
  watch: field
    .flag()
    .optional()
    .describe('Read the configuration again when its files change; true in a checkout, else false when left out.'),
  data: field.path().optional().describe('Directory of what the agent keeps.'),
  log: field.path().optional().describe('Directory of the log files.'),
  lock: field.path().optional().describe('File that holds the process id.'),
  socket: field.path().optional().describe('Path of the unix socket.'),
  service_discovery_topic_enabled: topic('Gossip'),
  automatic_detection_topic_enabled: topic('Detectors'),
  monitoring_topic_enabled: topic('Checks'),
  metrology_topic_enabled: topic('Collectors, and the doors for statsd and graphite'),
  variables: z
    .record(
      z.string(),
      z.custom<Yaml>(() => true),
    )
    .meta({ expected: 'a map' })
    .prefault({})
    .describe('Free variables, for $name$ in check scripts and {configuration.name} in expressions.'),
});

/** The configuration with every default filled in: durations in milliseconds, sizes in bytes. */
export type AgentConfig = z.output<typeof AgentConfig>;
