import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import postgres from '../../src/collectors/postgres.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { Host } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { madeCertificate } from '../support/certificates.ts';
import { SimulatedClock } from '../support/clock.ts';
import { undeclared } from '../support/declared.ts';
import { fakeHost, never } from '../support/host.ts';
import { lookUntil } from '../support/look-until.ts';
import { type Postgres, startPostgres } from '../support/servers/postgres.ts';
import { program, testWith } from '../support/services.ts';
import { setClock } from '../support/set-clock.ts';

const real = systemHost(systemClock);
const path = program('postgres');
let server: Postgres | undefined;

beforeAll(async () => {
  if (path === undefined) return;
  server = await startPostgres(path, { certificate: madeCertificate() });
  await server.sql("CREATE ROLE monitoring LOGIN PASSWORD 'sesame' IN ROLE pg_monitor");
  await server.sql("CREATE ROLE nobody LOGIN PASSWORD 'sesame'");
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

function running(): Postgres {
  if (server) return server;
  throw new Error('PostgreSQL does not run');
}

const login = (user = 'monitoring', password = 'sesame') => ({ port: running().port, user, password });

test('a server that is not there is down', async () => {
  await expect(postgres.configure({})(fakeHost(), never)).rejects.toMatchObject({
    message: 'not answering: ECONNREFUSED: connect 127.0.0.1:5432',
    results: { up: 0 },
  });
});

test('a server that takes the connection and is silent is down after five seconds', async () => {
  const clock = new SimulatedClock();
  const run = postgres.configure({})(fakeHost({ clock, listeners: { '127.0.0.1:5432': () => {} } }), never);
  const failed = expect(run).rejects.toMatchObject({ message: 'no answer within 5s', results: { up: 0 } });
  await clock.runAsync(5_000);
  await failed;
});

testWith('postgres', 'a real PostgreSQL tells everything to a member of pg_monitor', async () => {
  const tree = await postgres.configure(login())(real, never);
  expect(tree).toMatchObject({
    up: 1,
    version: expect.stringMatching(/^\d+/),
    is_replica: false,
    max_connections: 20,
    connections: { active: 1, total: 1 },
    connections_pct: 5,
    databases: { postgres: { size_bytes: expect.any(Number) } },
    locks_waiting: 0,
    oldest_transaction_s: 0,
    replicas: 0,
    deadlocks: 0,
  });
  expect(tree).not.toHaveProperty('xact_commit/s');
  expect(undeclared(postgres, tree)).toEqual([]);
});

testWith('postgres', 'a real PostgreSQL tells the rest to anybody', async () => {
  await running().sql('REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn() FROM PUBLIC');
  const tree = await postgres.configure(login('nobody'))(real, never);
  await running().sql('GRANT EXECUTE ON FUNCTION pg_current_wal_lsn() TO PUBLIC');
  expect(tree).toMatchObject({ up: 1, max_connections: 20, connections: { total: 1 } });
});

testWith('postgres', 'a real PostgreSQL is asked by its socket where that is there', async () => {
  const bySocket = { socket: running().folder, port: running().port, user: 'postgres' };
  expect(await postgres.configure(bySocket)(real, never)).toMatchObject({ up: 1, connections: { total: 1 } });
});

testWith('postgres', 'a real PostgreSQL is asked over TLS when it is who it should be', async () => {
  const ca = join(running().folder, 'cert.pem');
  expect(await postgres.configure({ ...login(), tls: true, ca })(real, never)).toMatchObject({ up: 1 });
  expect(await postgres.configure({ ...login(), tls: true, verify: false })(real, never)).toMatchObject({ up: 1 });
  const stranger = { name: 'CollectError', message: expect.stringMatching(/^TLS: .*self.signed/), partial: { up: 1 } };
  await expect(postgres.configure({ ...login(), tls: true })(real, never)).rejects.toMatchObject(stranger);
  const elsewhere = { ...login(), server: '127.0.0.2', tls: true, ca };
  const host: Host = {
    ...real,
    connect: (to, signal) => real.connect({ ...to, host: '127.0.0.1' } as typeof to, signal),
  };
  await expect(postgres.configure(elsewhere)(host, never)).rejects.toThrow(/^TLS: .*127\.0\.0\.2/);
});

testWith('postgres', 'a real PostgreSQL that lets us in only at its port is asked there', async () => {
  const both = { socket: running().folder, ...login() };
  expect(await postgres.configure(both)(real, never)).toMatchObject({ up: 1 });
});

testWith('postgres', 'a real PostgreSQL has its work counted by the time that went by', async () => {
  const clock = setClock();
  const host: Host = { ...real, clock };
  const collect = postgres.configure(login());
  await collect(host, never);
  await running().sql('CREATE TABLE moved AS SELECT generate_series(1, 1000) AS number');
  const before = Number(await running().sql('SELECT sum(tup_inserted) FROM pg_stat_database'));
  await running().sql('INSERT INTO moved SELECT generate_series(1, 2000)');
  for (let tries = 100; tries > 0; tries -= 1) {
    if (Number(await running().sql('SELECT sum(tup_inserted) FROM pg_stat_database')) >= before + 2_000) break;
  }
  clock.set(100_000);
  const tree = await collect(host, never);
  expect(tree).toHaveProperty('tup_inserted/s', expect.closeTo(30, -1));
  expect(tree).toHaveProperty('xact_commit/s', expect.any(Number));
  expect(tree).toHaveProperty('wal_bytes/s', expect.any(Number));
  expect(undeclared(postgres, tree)).toEqual([]);
});

testWith('postgres', 'a real PostgreSQL refuses a wrong password in its own words, which do not have it', async () => {
  const wrong = postgres.configure(login('monitoring', 'guess-me'))(real, never);
  const failure: unknown = await wrong.catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'CollectError', partial: { up: 1 } });
  expect(failure).toHaveProperty('message', 'password authentication failed for user "monitoring"');
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('guess-me');
  const none = postgres.configure(login('monitoring', ''))(real, never);
  const message = 'the server wants a password (parameter password of the pack postgres)';
  await expect(none).rejects.toMatchObject({ name: 'CollectError', message, partial: { up: 1 } });
});

testWith(
  'postgres',
  'a real PostgreSQL that hashes passwords the old way lets us in too, and is down when it has ended',
  async (found) => {
    await using old = await startPostgres(found, { hash: 'md5' });
    await old.sql("CREATE ROLE monitoring LOGIN PASSWORD 'sesame'");
    const collect = postgres.configure({ port: old.port, user: 'monitoring', password: 'sesame' });
    expect(await collect(real, never)).toMatchObject({ up: 1 });
    await old[Symbol.asyncDispose]();
    await expect(collect(real, never)).rejects.toMatchObject({ name: 'NotAnswering', results: { up: 0 } });
  },
  60_000,
);

testWith(
  'postgres',
  'a real PostgreSQL and its replica tell of each other',
  async (found) => {
    await using replica = await startPostgres(found, { of: running() });
    const copy = { port: replica.port, user: 'monitoring', password: 'sesame' };
    const primary = await until(login(), ({ replicas }) => replicas === 1);
    expect(primary).toMatchObject({ is_replica: false, replicas: 1 });
    await running().sql('CREATE TABLE copied AS SELECT 1 AS number');
    const tree = await until(copy, ({ replication_lag_s: lag }) => lag === 0);
    expect(tree).toMatchObject({ up: 1, is_replica: true, replication_lag_s: 0, connections: { total: 1 } });
    expect(tree).not.toHaveProperty('replicas');
    expect(undeclared(postgres, tree)).toEqual([]);
  },
  60_000,
);

/** What a server says once it says what is wanted, or at last. */
const until = (options: object, wanted: (tree: Metrics) => boolean): Promise<Metrics> =>
  lookUntil(() => postgres.configure(options)(real, never), wanted, 100);
