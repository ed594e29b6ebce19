import { afterAll, expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import galera from '../../src/collectors/galera-check.ts';
import memcached from '../../src/collectors/memcached-status.ts';
import rabbitmq from '../../src/collectors/rabbitmq-status.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { probed, shown } from '../support/cloud.ts';
import { galeraLibrary, startGalera } from '../support/servers/mariadb.ts';
import { startMemcached, tellMemcached } from '../support/servers/memcached.ts';
import { startRabbit } from '../support/servers/rabbitmq.ts';
import { testWith } from '../support/services.ts';

const host = systemHost(systemClock);
afterAll(() => host[Symbol.asyncDispose]());

testWith('memcached', 'a real memcached is counted, and down when it is gone', async (path) => {
  const server = await startMemcached(path);
  const options = { port: server.port };
  await tellMemcached(server.port, 'set a 0 0 1\r\nx\r\nget a\r\nget b\r\n');
  expect(shown(await probed(memcached, { host, options }))).toEqual([
    'status okay',
    'metric memcache_api_local_status uint32 1',
    'metric memcache_total_items uint64 1 items',
    'metric memcache_get_hits uint64 1 hits',
    'metric memcache_get_misses uint64 1 misses',
    expect.stringMatching(/^metric memcache_total_connections uint64 \d+ connections$/),
  ]);
  await server[Symbol.asyncDispose]();
  expect(shown(await probed(memcached, { host, options }))).toEqual([
    'status okay',
    'metric memcache_api_local_status uint32 0',
  ]);
});

testWith(
  'rabbitmq-server',
  'a real RabbitMQ tells its numbers, and refuses who may not ask',
  async (path) => {
    await using server = await startRabbit(path);
    const options = { host: '127.0.0.1', port: server.port };
    const lines = shown(await probed(rabbitmq, { host, options, profile: 'full' }), { profile: 'full' });
    expect(lines[0]).toBe('status okay');
    expect(lines).toEqual(
      expect.arrayContaining(['metric rabbitmq_mem_alarm_status uint32 1', 'metric rabbitmq_running uint32 1']),
    );
    const stranger = await probed(rabbitmq, { host, options: { ...options, password: 'wrong' } });
    expect(shown(stranger)).toEqual(['status error Received status 401 from RabbitMQ API']);
  },
  90_000,
);

testWith(
  'mariadbd',
  'a real Galera of one is in sync',
  async (path) => {
    const library = galeraLibrary();
    if (library === undefined) return;
    await using cluster = await startGalera(path, library, 1);
    const socket = cluster.members[0]?.socket ?? '';
    const lines = shown(
      await probed(galera, { host, options: { socket, defaults_file: '/nowhere', qps_window: 0.2 } }),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'status okay',
        'metric wsrep_cluster_size int64 1 nodes',
        'metric wsrep_cluster_status string Primary',
        'metric wsrep_local_state_comment string Synced',
      ]),
    );
  },
  90_000,
);
