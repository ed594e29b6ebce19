import type { Histogram } from '../base/histogram.ts';
import { KIND_COUNTS } from '../gossip/packet-kind.ts';
import type { Family, Sample } from '../http/exposition.ts';
import { histogramFamily } from '../http/histogram-family.ts';
import type { RunCounts } from '../runtime/guard.ts';

/** What the doors have seen. */
export interface DoorCounts {
  readonly websocket: { readonly clients: number; readonly closedSlow: number; readonly keptBytes: number };
  /** `undefined` while DNS is closed. */
  readonly dns: DnsCounts | undefined;
}

interface DnsCounts {
  /** Answers, by `udp A NOERROR`. */
  readonly answers: ReadonlyMap<string, number>;
  /** What was no sound query, by reason. */
  readonly bad: ReadonlyMap<string, number>;
  readonly truncated: number;
  readonly cacheHits: number;
  /** Askers over the limit, by what they got. */
  readonly limited: ReadonlyMap<string, number>;
  /** Names of others, by how asking them ended. */
  readonly forwarded: ReadonlyMap<string, number>;
  /** Datagrams that the system threw away. */
  readonly drops: number;
  /** What some of the answers took, in seconds. */
  readonly times: Histogram;
}

interface Counted {
  readonly gossip: ReadonlyMap<string, number>;
  /** How long answered probes took, in seconds. */
  readonly probeTimes: Histogram;
  readonly peers: ReadonlyMap<string, number>;
  readonly runs: RunCounts;
  readonly doors: DoorCounts;
  /** Seconds since the start. */
  readonly uptime: number;
}

/** What gossip tells of itself that is no count, with its help. */
const GOSSIP_STATES: ReadonlyMap<string, string> = new Map([
  ['awareness', 'How well this node itself does among the others: 0 is well, 7 the worst.'],
  ['isolated', '1 while this node asks other members and hears nobody.'],
]);

/** So begin the names of what gossip threw away. */
const DROPPED = 'dropped_';

/** Datagrams of both directions; each has a number from the start. */
function* packets(gossip: ReadonlyMap<string, number>): Iterable<Sample> {
  for (const [direction, head] of Object.entries(KIND_COUNTS)) {
    const counts = new Map([[`${head}several`, 0], ...gossip]);
    for (const [name, value] of counts)
      if (name.startsWith(head)) yield { labels: { direction, kind: name.slice(head.length) }, value };
  }
}

/** What the parts of the agent count of themselves, for `/metrics`. */
export function* ownCounts({ gossip, probeTimes, peers, runs, doors, uptime }: Counted): Iterable<Family> {
  const isQueue = ([name]: readonly [string, number]) => name.startsWith('queue_');
  const isState = ([name]: readonly [string, number]) => GOSSIP_STATES.has(name);
  const queues = [...gossip].filter(isQueue);
  const isDrop = ([name]: readonly [string, number]) => name.startsWith(DROPPED);
  const isOfKind = ([name]: readonly [string, number]) =>
    Object.values(KIND_COUNTS).some((head) => name.startsWith(head));
  const totals = [...gossip].filter(
    (entry) => !isQueue(entry) && !isState(entry) && !isDrop(entry) && !isOfKind(entry),
  );
  const drops = [...gossip].filter(isDrop).map(([name, value]) => [name.slice(DROPPED.length), value] as const);
  yield gauge('opsbro_uptime_seconds', 'Time since the agent started.', [{ value: uptime }]);
  yield counter('opsbro_gossip_total', 'What happened in gossip, by name.', labelled('name', totals));
  yield counter(
    'opsbro_gossip_dropped_total',
    'What came in by gossip and was thrown away, by reason.',
    labelled('reason', drops),
  );
  yield counter('opsbro_gossip_packets_total', 'Datagrams of gossip, by what is in them.', [...packets(gossip)]);
  const bytes = ['in', 'out'].map((direction) => ({
    labels: { direction },
    value: gossip.get(`bytes_${direction}`) ?? 0,
  }));
  yield counter('opsbro_gossip_bytes_total', 'Bytes of gossip in datagrams.', bytes);
  yield histogramFamily('opsbro_probe_seconds', 'How long probes of other nodes took that were answered.', probeTimes);
  yield gauge('opsbro_gossip_queue', 'Messages that wait to be told on.', labelled('name', queues));
  const isNow = ([name]: readonly [string, number]) => name.endsWith('_now');
  const peerTotals = [...peers].filter((entry) => !isNow(entry));
  yield counter(
    'opsbro_peer_total',
    'What came to the door for peers and what became of it.',
    labelled('name', peerTotals),
  );
  yield gauge(
    'opsbro_peer_open',
    'Connections and streams of peers that are open.',
    labelled('name', [...peers].filter(isNow)),
  );
  for (const [name, help] of GOSSIP_STATES) {
    const value = gossip.get(name);
    if (value !== undefined) yield gauge(`opsbro_gossip_${name}`, help, [{ value }]);
  }
  yield counter(
    'opsbro_plugin_runs_total',
    'Runs of plugins, by how they ended.',
    labelled('result', Object.entries(runs)),
  );
  const { clients, closedSlow, keptBytes } = doors.websocket;
  yield gauge('opsbro_ws_clients', 'Websocket clients now.', [{ value: clients }]);
  yield counter('opsbro_ws_closed_slow_total', 'Websocket clients that did not keep up.', [{ value: closedSlow }]);
  yield gauge('opsbro_ws_kept_bytes', 'Bytes of frames that are kept for websocket clients that come back.', [
    { value: keptBytes },
  ]);
  if (doors.dns) yield* dnsFamilies(doors.dns);
}

function dnsFamilies({ answers, bad, truncated, cacheHits, limited, forwarded, drops, times }: DnsCounts): Family[] {
  const samples = [...answers].map(([key, value]) => {
    const [transport = '', type = '', rcode = ''] = key.split(' ');
    return { labels: { transport, type, rcode }, value };
  });
  return [
    counter('opsbro_dns_queries_total', 'DNS queries that were answered.', samples),
    counter(
      'opsbro_dns_bad_total',
      'Packets and connections to DNS that were no good, by reason.',
      labelled('reason', bad),
    ),
    counter('opsbro_dns_truncated_total', 'DNS answers that were cut to fit.', [{ value: truncated }]),
    counter('opsbro_dns_cache_hits_total', 'DNS answers that were finished before.', [{ value: cacheHits }]),
    counter('opsbro_dns_limited_total', 'DNS queries over the limit, by what was sent.', labelled('sent', limited)),
    counter(
      'opsbro_dns_forwarded_total',
      'DNS queries for names of others, by how asking them ended.',
      labelled('result', forwarded),
    ),
    counter('opsbro_udp_receive_drops_total', 'Datagrams that the system threw away, by door.', [
      { labels: { door: 'dns' }, value: drops },
    ]),
    histogramFamily('opsbro_dns_seconds', 'What it took to make an answer to DNS, measured for one of 64.', times),
  ];
}

const gauge = (name: string, help: string, samples: Iterable<Sample>): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});

const counter = (name: string, help: string, samples: Iterable<Sample>): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});

const labelled = (label: string, counts: Iterable<readonly [string, number]>): Sample[] =>
  [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
