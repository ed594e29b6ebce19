import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import redis from '../../src/collectors/redis.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { certificateFiles, madeCertificate } from '../support/certificates.ts';
import { SimulatedClock } from '../support/clock.ts';
import type { FakeConnection } from '../support/connection.ts';
import { undeclared } from '../support/declared.ts';
import { fakeHost, never } from '../support/host.ts';
import { sayRedis, startRedis } from '../support/servers/redis.ts';
import { freePort } from '../support/servers/server.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const RECORDED = readFileSync(new URL('../fixtures/collectors/redis-7.0.15-info.txt', import.meta.url), 'utf8');

/** Answers every command as the table says, in pieces. */
const speaking =
  (replies: Readonly<Record<string, string>>, pieces = 1) =>
  (connection: FakeConnection) =>
    connection.onData((bytes) => {
      const words = [
        ...Buffer.from(bytes)
          .toString()
          .matchAll(/\$\d+\r\n(.*)\r\n/g),
      ].map(([, word = '']) => word);
      const reply = Buffer.from(replies[words.join(' ').toUpperCase()] ?? '-ERR unknown command\r\n');
      const size = Math.ceil(reply.length / pieces);
      for (let at = 0; at < reply.length; at += size) connection.write(reply.subarray(at, at + size));
    });

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

function machine(listen: (connection: FakeConnection) => void, clock = new SimulatedClock()) {
  return fakeHost({ clock, listeners: { 'localhost:6379': listen } });
}

describe('what a server says', () => {
  test('is told under its own names', async () => {
    const tree = await redis.configure({})(machine(speaking({ INFO: bulk(RECORDED) })), never);
    expect(tree).toMatchObject({ available: true, up: 1, connexion_latency_ms: 0, redis_version: '7.0.15' });
    expect(undeclared(redis, tree).filter((key) => /hit_ratio|db0|connected_clients|^up$/.test(key))).toEqual([]);
    expect(tree).not.toHaveProperty('total_commands_processed/s');
  });

  test('is a number where it is one, also below a name that elsewhere has a sign of percent', async () => {
    const info = bulk('current_fork_perc:0.50\r\nused_memory_peak_perc:99.83%\r\nredis_git_sha1:00000000');
    expect(await redis.configure({})(machine(speaking({ INFO: info })), never)).toMatchObject({
      current_fork_perc: 0.5,
      used_memory_peak_perc: '99.83%',
      redis_git_sha1: '00000000',
    });
  });

  test('is read to its end however it comes', async () => {
    const filler = Array.from({ length: 1_000 }, (_, at) => `filler_${at}:${at}`).join('\r\n');
    const long = `${RECORDED}\r\n${filler}`;
    expect(long.length).toBeGreaterThan(20_000);
    const tree = await redis.configure({})(machine(speaking({ INFO: bulk(long) }, 5)), never);
    expect(tree).toMatchObject({ redis_version: '7.0.15', filler_0: 0, filler_999: 999, role: 'master' });
  });

  test('becomes rates from the second time on, by the time that went by', async () => {
    const clock = new SimulatedClock();
    let commands = 100;
    const host = machine((connection) => {
      const info = `run_id:a\r\ntotal_commands_processed:${commands}\r\n`;
      speaking({ INFO: bulk(info) })(connection);
    }, clock);
    const collect = redis.configure({});
    expect(await collect(host, never)).not.toHaveProperty('total_commands_processed/s');
    await clock.runAsync(20_000);
    commands = 150;
    expect(await collect(host, never)).toMatchObject({ 'total_commands_processed/s': 2.5 });
  });

  test('is followed by what it knows of its cluster', async () => {
    const replies = {
      INFO: bulk('cluster_enabled:1\r\n'),
      'CLUSTER INFO': bulk('cluster_state:ok\r\ncluster_slots_ok:16384\r\n'),
    };
    const tree = await redis.configure({})(machine(speaking(replies)), never);
    expect(tree).toMatchObject({ cluster: { cluster_state: 'ok', cluster_slots_ok: 16384 } });
  });

  test.each([
    ['-NOAUTH Authentication required.\r\n', 'NOAUTH Authentication required.'],
    ['-DENIED Redis is running in protected mode\r\n', 'DENIED Redis is running in protected mode'],
  ])('is told when it refuses: %j', async (reply, message) => {
    const run = redis.configure({})(machine(speaking({ INFO: reply })), never);
    await expect(run).rejects.toMatchObject({ name: 'CollectError', message, partial: { available: true, up: 1 } });
  });

  test('a password that it repeats, as it knows no logins, is not told', async () => {
    const replies = { 'AUTH OPEN SESAME': "-ERR unknown command 'AUTH', with args beginning with: 'open sesame' \r\n" };
    const run = redis.configure({ password: 'open sesame' })(machine(speaking(replies)), never);
    const message = "ERR unknown command 'AUTH', with args beginning with: '******' ";
    await expect(run).rejects.toMatchObject({ name: 'CollectError', message });
  });

  test('a password that it does not want does no harm', async () => {
    const replies = {
      'AUTH SECRET': '-ERR AUTH <password> called without any password configured for the default user.\r\n',
      INFO: bulk(RECORDED),
    };
    expect(await redis.configure({ password: 'secret' })(machine(speaking(replies)), never)).toMatchObject({ up: 1 });
  });
});

describe('a server that is not there', () => {
  const down = { name: 'NotAnswering', results: { available: false, up: 0 } };

  test('or no more, is down', async () => {
    await expect(redis.configure({})(fakeHost(), never)).rejects.toMatchObject(down);
    const leaving = machine((connection) => connection.onData(() => connection.close()));
    await expect(redis.configure({})(leaving, never)).rejects.toMatchObject({
      ...down,
      message: 'not answering: ECONNRESET: the server closed the connection',
    });
  });

  test('or says nothing, is down after five seconds', async () => {
    const clock = new SimulatedClock();
    const run = expect(
      redis.configure({})(
        machine(() => {}, clock),
        never,
      ),
    ).rejects.toMatchObject({
      ...down,
      message: 'no answer within 5s',
    });
    await clock.runAsync(5_000);
    await run;
  });

  test('but something else, is a fault', async () => {
    const page = machine((connection) =>
      connection.onData(() => connection.write(Buffer.from('HTTP/1.1 400\r\n\r\n'))),
    );
    await expect(redis.configure({})(page, never)).rejects.toThrow(
      'what listens there does not answer as a Redis does',
    );
  });
});

describe('a real server', () => {
  const real = systemHost(systemClock);

  testWith('redis-server', 'is asked by port and by socket, with its password', async (program) => {
    await using server = await startRedis(program, { password: 'sesame' });
    const place = { server: '127.0.0.1', port: server.port, password: 'sesame' };
    const collect = redis.configure(place);
    const tree = await collect(real, never);
    expect(tree).toMatchObject({ available: true, up: 1, role: 'master' });
    expect(tree).toHaveProperty('connected_clients', expect.any(Number));
    expect(tree).toHaveProperty('connexion_latency_ms', expect.any(Number));

    const bySocket = redis.configure({ socket: join(server.folder, 'redis.sock'), password: 'sesame' });
    expect(await bySocket(real, never)).toMatchObject({ available: true });

    const wrong = redis.configure({ ...place, password: 'guess-me' })(real, never);
    const failure: unknown = await wrong.catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'CollectError', partial: { available: true, up: 1 } });
    expect(failure).toHaveProperty('message', expect.stringMatching(/^WRONGPASS/));
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('guess-me');

    await server[Symbol.asyncDispose]();
    await expect(collect(real, never)).rejects.toMatchObject({ results: { available: false, up: 0 } });
    await expect(bySocket(real, never)).rejects.toMatchObject({ results: { available: false, up: 0 } });
  });

  testWith('redis-server', 'that is part of a cluster tells of it', async (program) => {
    // A member listens for the others at its port and 10,000 beyond, which need not be free, unless it is told where.
    const clusterPort = await freePort();
    const options = ['--cluster-enabled', 'yes', '--cluster-port', `${clusterPort}`];
    await using server = await startRedis(program, { options });
    const tree = await redis.configure({ server: '127.0.0.1', port: server.port })(real, never);
    expect(tree).toMatchObject({ cluster_enabled: 1, cluster: { cluster_state: 'fail', cluster_slots_ok: 0 } });
  });

  testWith('redis-server', 'lets users in by their names, also over TLS', async (program) => {
    const users = ['--user', 'monitor', 'on', '>sesame', '+info', '--user', 'default', 'off'];
    using folder = tempDirectory();
    const { cert, key } = certificateFiles(folder.path, madeCertificate());
    const port = await freePort();
    const tls = ['--tls-port', `${port}`, '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    await using server = await startRedis(program, { options: [...users, ...tls] });
    const login = { server: '127.0.0.1', user: 'monitor', password: 'sesame' };
    const by = (more: object) => redis.configure({ ...login, ...more })(real, never);
    expect(await by({ port: server.port })).toMatchObject({ up: 1, role: 'master' });
    expect(await by({ port, tls: true, ca: cert })).toMatchObject({ up: 1, role: 'master' });
    expect(await by({ port, tls: true, verify: false })).toMatchObject({ up: 1 });
    const stranger = { name: 'CollectError', message: expect.stringMatching(/^TLS: .*self.signed/) };
    await expect(by({ port, tls: true })).rejects.toMatchObject(stranger);
    await expect(by({ port, tls: true, ca: '/nowhere.pem' })).rejects.toThrow('this system has no /nowhere.pem');
  });

  testWith('redis-server', 'has its reads counted', async (program) => {
    await using server = await startRedis(program);
    await sayRedis(server.port, 'SET a 1', 'GET a', 'GET a', 'GET a', 'GET b');
    const tree = await redis.configure({ server: 'localhost', port: server.port })(real, never);
    expect(tree).toMatchObject({ keyspace_hits: 3, keyspace_misses: 1, hit_ratio: 0.75, db0: { keys: 1 } });
  });
});
