import { expect, test } from 'vitest';
import { ownCounts } from '../../src/agent/families.ts';
import { Histogram } from '../../src/base/histogram.ts';
import { exposition } from '../../src/http/exposition.ts';

function timed(...seconds: number[]): Histogram {
  const histogram = new Histogram([0.01]);
  for (const each of seconds) histogram.add(each);
  return histogram;
}

const GOSSIP = new Map([
  ['queue_membership', 2],
  ['packets_in', 7],
  ['kind_in_ping', 6],
  ['kind_in_unread', 1],
  ['kind_out_several', 2],
  ['dropped_decrypt', 4],
]);

test('what the parts count is a sound page for Prometheus', () => {
  const page = exposition(
    ownCounts({
      gossip: GOSSIP,
      probeTimes: timed(0.002, 0.3),
      peers: new Map([
        ['answered', 3],
        ['secured_now', 1],
      ]),
      runs: { runs: 5, errors: 1, timeouts: 0 },
      doors: {
        websocket: { clients: 3, closedSlow: 0, keptBytes: 9 },
        dns: {
          answers: new Map([['udp A NOERROR', 4]]),
          bad: new Map([['short', 1]]),
          truncated: 0,
          cacheHits: 2,
          limited: new Map([['empty', 1]]),
          forwarded: new Map([['late', 1]]),
          drops: 6,
          times: new Histogram([0.001]),
        },
      },
      uptime: 12.5,
    }),
  );
  expect(page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'opsbro_uptime_seconds 12.5',
    'opsbro_gossip_total{name="packets_in"} 7',
    'opsbro_gossip_dropped_total{reason="decrypt"} 4',
    'opsbro_gossip_packets_total{direction="in",kind="several"} 0',
    'opsbro_gossip_packets_total{direction="in",kind="ping"} 6',
    'opsbro_gossip_packets_total{direction="in",kind="unread"} 1',
    'opsbro_gossip_packets_total{direction="out",kind="several"} 2',
    'opsbro_gossip_bytes_total{direction="in"} 0',
    'opsbro_gossip_bytes_total{direction="out"} 0',
    'opsbro_probe_seconds_bucket{le="0.01"} 1',
    'opsbro_probe_seconds_bucket{le="+Inf"} 2',
    'opsbro_probe_seconds_sum 0.302',
    'opsbro_probe_seconds_count 2',
    'opsbro_gossip_queue{name="queue_membership"} 2',
    'opsbro_peer_total{name="answered"} 3',
    'opsbro_peer_open{name="secured_now"} 1',
    'opsbro_plugin_runs_total{result="runs"} 5',
    'opsbro_plugin_runs_total{result="errors"} 1',
    'opsbro_plugin_runs_total{result="timeouts"} 0',
    'opsbro_ws_clients 3',
    'opsbro_ws_closed_slow_total 0',
    'opsbro_ws_kept_bytes 9',
    'opsbro_dns_queries_total{transport="udp",type="A",rcode="NOERROR"} 4',
    'opsbro_dns_bad_total{reason="short"} 1',
    'opsbro_dns_truncated_total 0',
    'opsbro_dns_cache_hits_total 2',
    'opsbro_dns_limited_total{sent="empty"} 1',
    'opsbro_dns_forwarded_total{result="late"} 1',
    'opsbro_udp_receive_drops_total{door="dns"} 6',
    'opsbro_dns_seconds_bucket{le="0.001"} 0',
    'opsbro_dns_seconds_bucket{le="+Inf"} 0',
    'opsbro_dns_seconds_sum 0',
    'opsbro_dns_seconds_count 0',
    'opsbro_exposition_truncated 0',
  ]);
});
