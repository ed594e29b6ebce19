import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Disposal } from '../../src/base/disposal.ts';
import galera from '../../src/collectors/galera-check.ts';
import memcached from '../../src/collectors/memcached-status.ts';
import rabbitmq from '../../src/collectors/rabbitmq-status.ts';
import type { Probe } from '../../src/collectors/support/maas-probe.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { probed, shown } from '../support/cloud.ts';
import { until } from '../support/servers/cloud/filling.ts';
import { galeraLibrary, type MariaDb, startGalera, startMariaDb } from '../support/servers/mariadb.ts';
import { startMemcached } from '../support/servers/memcached.ts';
import { startRabbit } from '../support/servers/rabbitmq.ts';
import { program } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';
import { testWithCloud } from '../support/whole-cloud.ts';

const closing = new Disposal();
const host = closing.use(systemHost(systemClock));
const folder = closing.use(tempDirectory()).path;
afterAll(() => closing[Symbol.asyncDispose]());

const look = async (probe: Probe, options: object, profile: 'seed' | 'full' = 'seed') =>
  shown(await probed(probe, { host, options, profile }), { profile });

/** Looks until a line is among those printed. */
const untilPrinted = (line: string, probe: Probe, options: object) =>
  until(line, 60, async () => (await look(probe, options)).includes(line));

/** Lets in a user who may do nothing but log in, and gives the options to probe the server as him. */
async function monitored(member: MariaDb, password = 'monpass'): Promise<object> {
  const path = join(folder, `my-${member.port}-${password}.cnf`);
  const where = `host=127.0.0.1\nport=${member.port}\n`;
  writeFileSync(path, `[client]\nuser=monitoring\npassword="${password}"\n${where}`, { mode: 0o600 });
  return { defaults_file: path, qps_window: 0.2 };
}

testWithCloud(
  'a Galera of three is in sync, loses a member, then its majority',
  async () => {
    const cluster = await startGalera(program('mariadbd') ?? '', galeraLibrary() ?? '', 3);
    await using _ = cluster;
    const [first, second, third] = cluster.members;
    if (!first || !second || !third) throw new Error('Galera does not run');
    await first.sql("CREATE USER monitoring@'127.0.0.1' IDENTIFIED BY 'monpass'");
    const options = await monitored(first);
    await untilPrinted('metric wsrep_cluster_size int64 3 nodes', galera, options);
    for (const member of [first, second, third]) {
      for (const client of [false, true]) {
        const lines = await look(galera, { ...(await monitored(member)), client });
        expect(lines[0]).toBe('status okay');
        expect(lines).toEqual(
          expect.arrayContaining([
            'metric wsrep_cluster_size int64 3 nodes',
            'metric wsrep_cluster_status string Primary',
            'metric wsrep_local_state_comment string Synced',
          ]),
        );
      }
    }
    expect(await look(galera, await monitored(first, 'wrong'))).toEqual([
      expect.stringMatching(/^status error .*Access denied for user 'monitoring'/),
    ]);

    await second.sql('SET GLOBAL wsrep_desync=ON');
    const desynced = await monitored(second);
    await untilPrinted('metric wsrep_local_state_comment string Donor/Desynced', galera, desynced);
    expect(await look(galera, { ...desynced, require_synced: true })).toEqual(['status error node is Donor/Desynced']);
    await second.sql('SET GLOBAL wsrep_desync=OFF');

    await third.crash();
    await untilPrinted('metric wsrep_cluster_size int64 2 nodes', galera, options);
    expect(await look(galera, await monitored(third))).toEqual([expect.stringMatching(/^status error .*ECONNREFUSED/)]);

    await second.crash();
    await untilPrinted('status error there is a partition in the cluster', galera, options);
    const { metrics } = await probed(galera, { host, options, profile: 'full' });
    expect(metrics).toContainEqual(
      expect.objectContaining({ name: 'wsrep_cluster_conf_id', value: 18_446_744_073_709_551_615n }),
    );
  },
  180_000,
);

testWithCloud('a MariaDB without a cluster says so', async () => {
  await using server = await startMariaDb(program('mariadbd') ?? '');
  const options = { socket: server.socket, defaults_file: '/nowhere' };
  expect(await look(galera, options)).toEqual(['status error wsrep is not active on this node']);
});

testWithCloud(
  'a RabbitMQ raises its alarms and drops them, and tells nothing to those it does not know',
  async () => {
    await using broker = await startRabbit(program('rabbitmq-server') ?? '');
    const options = { host: '127.0.0.1', port: broker.port };
    expect((await look(rabbitmq, { ...options, name: 'localhost', cluster_size: 1 }))[0]).toBe('status okay');
    const alarms = [
      ['disk_free_alarm', ['set_disk_free_limit', '999GB'], ['set_disk_free_limit', '10MB']],
      ['mem_alarm', ['set_vm_memory_high_watermark', 'absolute', '1MB'], ['set_vm_memory_high_watermark', '0.4']],
    ] as const;
    for (const [name, raise, drop] of alarms) {
      await broker.control(...raise);
      await untilPrinted(`metric rabbitmq_${name}_status uint32 0`, rabbitmq, options);
      await broker.control(...drop);
      await untilPrinted(`metric rabbitmq_${name}_status uint32 1`, rabbitmq, options);
    }
    expect(await look(rabbitmq, { ...options, cluster_size: 2 })).toEqual(['status error cluster too small']);
    expect(await look(rabbitmq, { ...options, name: 'elsewhere' })).toEqual([
      'status error @elsewhere not a member of the cluster',
    ]);
    expect(await broker.tell('PUT', 'users/plain', { password: 'plainpass', tags: '' })).toBe(201);
    const refused = ['status error Received status 401 from RabbitMQ API'];
    expect(await look(rabbitmq, { ...options, password: 'wrong' })).toEqual(refused);
    expect(await look(rabbitmq, { ...options, username: 'plain', password: 'plainpass' })).toEqual(refused);
    await broker.crash();
    const gone = /^status error http:\S+ does not answer: .*(ECONNREFUSED|ECONNRESET)/;
    expect(await look(rabbitmq, options)).toEqual([expect.stringMatching(gone)]);
    await broker.restart();
    expect((await look(rabbitmq, options))[0]).toBe('status okay');
  },
  180_000,
);

testWithCloud('a memcached is up, down and up again', async () => {
  await using server = await startMemcached(program('memcached') ?? '');
  const options = { port: server.port };
  const isUp = 'metric memcache_api_local_status uint32 1';
  expect(await look(memcached, options)).toContain(isUp);
  await server.crash();
  expect(await look(memcached, options)).toEqual(['status okay', 'metric memcache_api_local_status uint32 0']);
  await server.restart();
  expect(await look(memcached, options)).toContain(isUp);
});
