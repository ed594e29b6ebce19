import { expect, test } from 'vitest';
import type { CheckState } from '../../src/model/check.ts';
import type { Evaluated } from '../../src/model/expression.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { never } from '../support/host.ts';
import { definitionOf, evaluatorOf, shipped } from './shipped.ts';

test('shipped packs load without any problem', () => {
  expect(shipped.problems).toEqual([]);
  expect(shipped.packs.length).toBeGreaterThan(60);
});

const cpu = (idle: number) => ({ cpustats: { cpu_all: { '%idle': idle } } });
const memory = (phys_used: number, swap_used = 0) => ({ memory: { phys_used, swap_used } });
const load = (load1: number) => ({ loadaverage: { load1 }, system: { cpu_count: 4 } });
const disk = (pct_used: number, inodes_pct_used = 1) => ({ pct_used, inodes_pct_used });

const rabbit = (over: Metrics = {}): Metrics => ({
  up: 1,
  mem_alarm: false,
  disk_free_alarm: false,
  partitions: [],
  queue_totals: { messages_ready: 5 },
  ...over,
});
const galera = (over: Metrics = {}): Metrics => ({
  cluster_status: 'Primary',
  connected: true,
  ready: true,
  local_state: 4,
  local_state_comment: 'Synced',
  local_state_uuid: '54bef9ad',
  cluster_state_uuid: '54bef9ad',
  cluster_size: 3,
  flow_control_paused: 0,
  ...over,
});

test.each<[string, Metrics, CheckState | 'unknown', RegExp]>([
  ['linux/cpu', cpu(50), 'ok', /^OK: cpu is used at 50%\n(.*\n)+.* 50 /],
  ['linux/cpu', cpu(57.3), 'ok', /^OK: cpu is used at 43%\n(.*\n)+.* 43 /],
  ['linux/cpu', cpu(20), 'warning', /^WARNING/],
  ['linux/cpu', cpu(10), 'critical', /^CRITICAL/],
  ['linux/cpu', {}, 'unknown', /collector\.cpustats/],
  ['linux/memory', memory(60.4), 'ok', /^OK: memory is at 60%\n█{24}▒{16}$/],
  ['linux/memory', memory(91), 'warning', /^WARNING: memory is at 91%/],
  ['linux/memory', memory(96), 'critical', /^CRITICAL: memory is at 96%/],
  ['linux/swap', memory(1, 0), 'ok', /^OK: swap is at 0%$/],
  ['linux/swap', memory(1, 51), 'warning', /^WARNING: swap is at 51%$/],
  ['linux/swap', memory(1, 81), 'critical', /^CRITICAL: swap is at 81%$/],
  ['linux/load-average', load(3.5), 'ok', /^OK: load is at 3.5$/],
  ['linux/load-average', load(3.7), 'warning', /^WARNING: load is at 3.7$/],
  ['linux/load-average', load(4.1), 'critical', /^CRITICAL: load is at 4.1$/],
  ['linux/disks', { diskusage: { '/': disk(90) } }, 'ok', /^OK: \/ is at 90%$/],
  ['linux/disks', { diskusage: { '/': disk(91) } }, 'warning', /^WARNING: \/ is at 91%$/],
  ['linux/disks', { diskusage: { '/': disk(96) } }, 'critical', /^CRITICAL: \/ is at 96%$/],
  [
    'linux/disks-all',
    { diskusage: { '/': disk(10, 2), '/var/lib': disk(93, 1) } },
    'warning',
    /^WARNING: \/var\/lib is at 93%, inodes of \/ are at 2%$/,
  ],
  [
    'linux/disks-all',
    { diskusage: { '/': disk(10, 96), '/var': disk(20) } },
    'critical',
    /^CRITICAL: \/var is at 20%, inodes of \/ are at 96%$/,
  ],
  [
    'linux/disks-all',
    { diskusage: { '/far': { hung: 1 }, '/': disk(10, 2) } },
    'ok',
    /^OK: a file system is at 10%, inodes of a file system are at 2%$/,
  ],
  [
    'linux/disks-all',
    { diskusage: { '/': { pct_used: 7 } } },
    'ok',
    /^OK: \/ is at 7%, inodes of a file system are at 0%$/,
  ],
  ['redis/redis', { redis: { available: true } }, 'ok', /^OK: Redis is available$/],
  ['redis/redis', { redis: { available: false } }, 'critical', /^CRITICAL: Redis is down!$/],
  ['redis/redis', {}, 'unknown', /collector\.redis\.available/],
  ['mongodb/mongodb', { mongodb: { available: true } }, 'ok', /^OK/],
  ['mongodb/mongodb', { mongodb: { available: false } }, 'critical', /^CRITICAL: MongoDB is down!$/],
  ['memcached/memcached', { memcached: { up: 1 } }, 'ok', /^OK/],
  ['memcached/memcached', { memcached: { up: 0 } }, 'critical', /^CRITICAL/],
  ['nginx/nginx', { nginx: { up: 1 } }, 'ok', /^OK/],
  ['nginx/nginx', { nginx: { up: 0 } }, 'critical', /^CRITICAL/],
  ['docker-host/docker', { docker: { up: 1 } }, 'ok', /^OK/],
  ['docker-host/docker', { docker: { up: 0 } }, 'critical', /^CRITICAL/],
  ['apache/apache', { apache: { up: 1, idle_workers: 3 } }, 'ok', /^OK: 3 workers are idle$/],
  ['apache/apache', { apache: { up: 1, idle_workers: 0 } }, 'warning', /^WARNING/],
  ['apache/apache', { apache: { up: 0 } }, 'critical', /^CRITICAL: Apache does not answer$/],
  ['haproxy/backends', { haproxy: { up: 1, backends_down: 0, servers_down: 0 } }, 'ok', /^OK/],
  [
    'haproxy/backends',
    { haproxy: { up: 1, backends_down: 0, servers_down: 2 } },
    'warning',
    /^WARNING: 2 servers are down$/,
  ],
  ['haproxy/backends', { haproxy: { up: 1, backends_down: 1, servers_down: 2 } }, 'critical', /^CRITICAL: 1 backends/],
  ['haproxy/backends', { haproxy: { up: 0 } }, 'critical', /^CRITICAL: HAProxy does not answer$/],
  [
    'postfix/queue',
    { postfix: { 'queue.deferred': 3, 'queue.hold': 0 } },
    'ok',
    /^OK: 3 mails are deferred, 0 on hold$/,
  ],
  ['postfix/queue', { postfix: { 'queue.deferred': 51, 'queue.hold': 0 } }, 'warning', /^WARNING: 51/],
  ['postfix/queue', { postfix: { 'queue.deferred': 0, 'queue.hold': 101 } }, 'warning', /^WARNING: 0/],
  ['postfix/queue', { postfix: { 'queue.deferred': 101, 'queue.hold': 0 } }, 'critical', /^CRITICAL: 101/],
  ['rabbitmq/rabbitmq', { rabbitmq: rabbit() }, 'ok', /^OK: 5 messages are ready$/],
  [
    'rabbitmq/rabbitmq',
    { rabbitmq: rabbit({ queue_totals: { messages_ready: 10_001 } }) },
    'warning',
    /^WARNING: 10001/,
  ],
  ['rabbitmq/rabbitmq', { rabbitmq: rabbit({ mem_alarm: true }) }, 'critical', /^CRITICAL: memory alarm: True/],
  [
    'rabbitmq/rabbitmq',
    { rabbitmq: rabbit({ partitions: ['rabbit@b', 'rabbit@c'] }) },
    'critical',
    /lost sight of: rabbit@b, rabbit@c$/,
  ],
  ['rabbitmq/rabbitmq', { rabbitmq: { up: 0 } }, 'critical', /^CRITICAL: RabbitMQ does not answer$/],
  ['mysql/mysql', { mysql: { up: 1, connections_pct: 12, seconds_behind_master: 0 } }, 'ok', /^OK: 12% of the/],
  ['mysql/mysql', { mysql: { up: 1, connections_pct: 81 } }, 'warning', /^WARNING: 81%/],
  ['mysql/mysql', { mysql: { up: 1, connections_pct: 91 } }, 'critical', /^CRITICAL: 91%/],
  ['mysql/mysql', { mysql: { up: 0 } }, 'critical', /^CRITICAL: MySQL does not answer$/],
  ['mysql/galera', { mysql: { galera: galera() } }, 'ok', /^OK: this node is Synced in a Primary cluster of 3$/],
  ['mysql/galera', { mysql: { galera: galera({ local_state: 2 }) } }, 'warning', /^WARNING/],
  ['mysql/galera', { mysql: { galera: galera({ local_state_uuid: '0' }) } }, 'warning', /^WARNING/],
  ['mysql/galera', { mysql: { galera: galera({ flow_control_paused: 0.2 }) } }, 'warning', /^WARNING/],
  ['mysql/galera', { mysql: { galera: galera({ cluster_status: 'non-Primary' }) } }, 'critical', /^CRITICAL/],
  ['mysql/galera', { mysql: { galera: galera({ ready: false }) } }, 'critical', /^CRITICAL/],
  ['postgres/postgres', { postgres: { up: 1, connections_pct: 12 } }, 'ok', /^OK: 12% of the/],
  ['postgres/postgres', { postgres: { up: 1, connections_pct: 81 } }, 'warning', /^WARNING: 81%/],
  [
    'postgres/postgres',
    { postgres: { up: 1, connections_pct: 1, replication_lag_s: 61 } },
    'warning',
    /is 61 s behind$/,
  ],
  [
    'postgres/postgres',
    { postgres: { up: 1, connections_pct: 1, replication_lag_s: 301 } },
    'critical',
    /is 301 s behind$/,
  ],
  ['postgres/postgres', { postgres: { up: 0 } }, 'critical', /^CRITICAL: PostgreSQL does not answer$/],
  ['vmware/overload', { vmwareperformances: { cpu: { stolen_cpu_pct: 3 } } }, 'ok', /^OK: the host takes 3%/],
  [
    'vmware/overload',
    { vmwareperformances: { cpu: { stolen_cpu_pct: 16 } } },
    'warning',
    /^WARNING: the host takes 16%/,
  ],
])('%s judges (%#)', async (id, collectors, state, output) => {
  const definition = definitionOf('check', id);
  const parameters = shipped.packs.find(({ name }) => name === id.split('/')[0])?.parameters ?? {};
  const engine = evaluatorOf({ collectors });
  const variables = new Map<string, Evaluated>();
  const evaluate = (text: unknown, purpose: 'condition' | 'value' | 'text') =>
    engine.evaluate(String(text), purpose, { data: { own: definition, parameters, variables }, signal: never });
  const { variables: written = {}, critical_if, warning_if } = definition;
  for (const [name, text] of Object.entries(written ?? {})) variables.set(name, await evaluate(text, 'value'));
  const [critical, warning] = [
    await evaluate(critical_if ?? 'False', 'condition'),
    await evaluate(warning_if ?? 'False', 'condition'),
  ];
  const [isCritical, isWarning] = [critical, warning].map((one) => (one.type === 'value' ? one.truth : undefined));
  if (isCritical === undefined || (!isCritical && isWarning === undefined)) {
    expect([state, JSON.stringify([critical, warning])]).toEqual(['unknown', expect.stringMatching(output)]);
    return;
  }
  const reached = isCritical ? 'critical' : isWarning ? 'warning' : 'ok';
  const text = await evaluate(definition[`${reached}_output`], 'text');
  expect([reached, text.type === 'value' ? text.text : text]).toEqual([state, expect.stringMatching(output)]);
});
