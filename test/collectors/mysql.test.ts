import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import mysql from '../../src/collectors/mysql.ts';
import type { Host } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { madeCertificate } from '../support/certificates.ts';
import { SimulatedClock } from '../support/clock.ts';
import type { FakeConnection } from '../support/connection.ts';
import { undeclared } from '../support/declared.ts';
import { fakeHost, never } from '../support/host.ts';
import { type MariaDb, startMariaDb } from '../support/servers/mariadb.ts';
import { program, testWith } from '../support/services.ts';
import { setClock } from '../support/set-clock.ts';

const real = systemHost(systemClock);

test('a server that is not there is down', async () => {
  await expect(mysql.configure({})(fakeHost(), never)).rejects.toMatchObject({
    name: 'NotAnswering',
    message: 'not answering: ECONNREFUSED: connect 127.0.0.1:3306',
    results: { up: 0 },
  });
});

test('what takes the connection and says nothing that makes sense is down after five seconds', async () => {
  const clock = new SimulatedClock();
  const listen = (there: FakeConnection) => there.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const run = mysql.configure({})(fakeHost({ clock, listeners: { '127.0.0.1:3306': listen } }), never);
  const failed = expect(run).rejects.toMatchObject({ message: 'no answer within 5s', results: { up: 0 } });
  await clock.runAsync(5_000);
  await failed;
});

test('an option file that is missing is said to be', async () => {
  await expect(
    mysql.configure({ defaults_file: '/etc/mysql/monitoring.cnf' })(fakeHost(), never),
  ).rejects.toMatchObject({
    name: 'NotEligible',
    message: 'this system has no /etc/mysql/monitoring.cnf',
  });
});

const path = program('mariadbd');
let server: MariaDb | undefined;

beforeAll(async () => {
  if (path === undefined) return;
  server = await startMariaDb(path, { certificate: madeCertificate() });
  await server.sql("CREATE USER monitoring@'127.0.0.1' IDENTIFIED BY 'sesame'");
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

function running(): MariaDb {
  if (server) return server;
  throw new Error('MariaDB does not run');
}

const login = () => ({ server: '127.0.0.1', port: running().port, user: 'monitoring', password: 'sesame' });

testWith('mariadbd', 'a real MariaDB is asked by a user without any right', async () => {
  const collect = mysql.configure(login());
  const tree = await collect(real, never);
  expect(tree).toMatchObject({
    up: 1,
    version: expect.stringMatching(/^\d+\.\d+/),
    max_connections: 50,
    connections_pct: expect.any(Number),
    threads_running: expect.any(Number),
    uptime: expect.any(Number),
    seconds_behind_master: 0,
  });
  expect(tree).toHaveProperty('max_used_connections', 1);
  expect(tree).not.toHaveProperty('connections');
  expect(tree).not.toHaveProperty('galera');
  expect(undeclared(mysql, tree)).toEqual([]);
});

testWith('mariadbd', 'a real MariaDB is asked by its socket where that is there', async () => {
  const { socket } = running();
  const tree = await mysql.configure({ server: 'localhost', port: 1, socket, user: 'root' })(real, never);
  expect(tree).toMatchObject({ up: 1 });
});

testWith('mariadbd', 'a real MariaDB is asked by its port where a socket is dead', async () => {
  const options = { ...login(), socket: join(running().folder, 'data') };
  expect(await mysql.configure(options)(real, never)).toMatchObject({ up: 1 });
});

testWith('mariadbd', 'a real MariaDB is asked as an option file says', async () => {
  const file = join(running().folder, 'monitoring.cnf');
  writeFileSync(file, `[client]\nuser=monitoring\npassword=sesame\nport=${running().port}\n`);
  expect(await mysql.configure({ defaults_file: file })(real, never)).toMatchObject({ up: 1 });
});

testWith('mariadbd', 'a real MariaDB is asked over TLS when it is who it should be', async () => {
  await running().sql("CREATE USER careful@'127.0.0.1' IDENTIFIED BY 'sesame' REQUIRE SSL");
  const careful = { ...login(), user: 'careful' };
  const ca = join(running().folder, 'cert.pem');
  await expect(mysql.configure(careful)(real, never)).rejects.toThrow(/^Access denied/);
  expect(await mysql.configure({ ...careful, tls: true, ca })(real, never)).toMatchObject({ up: 1 });
  expect(await mysql.configure({ ...careful, tls: true, verify: false })(real, never)).toMatchObject({ up: 1 });
  const stranger = { name: 'CollectError', message: expect.stringMatching(/^TLS: .*self.signed/), partial: { up: 1 } };
  await expect(mysql.configure({ ...careful, tls: true })(real, never)).rejects.toMatchObject(stranger);
  const elsewhere = { ...careful, server: '127.0.0.2', tls: true, ca };
  const host: Host = {
    ...real,
    connect: (to, signal) => real.connect({ ...to, host: '127.0.0.1' } as typeof to, signal),
  };
  await expect(mysql.configure(elsewhere)(host, never)).rejects.toThrow(/^TLS: .*127\.0\.0\.2/);
});

testWith('mariadbd', 'a real MariaDB refuses a wrong password in its own words, which do not have it', async () => {
  const failure: unknown = await mysql
    .configure({ ...login(), password: 'guess-me' })(real, never)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'CollectError', partial: { up: 1 } });
  expect(failure).toHaveProperty('message', expect.stringMatching(/^Access denied for user 'monitoring'/));
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('guess-me');
});

testWith('mariadbd', 'a real MariaDB counts connections per second of the time that went by', async () => {
  const clock = setClock();
  const host: Host = { ...real, clock };
  const collect = mysql.configure(login());
  await collect(host, never);
  for (let made = 0; made < 20; made += 1) await greeted(running().port);
  clock.set(10_000);
  const tree = await collect(host, never);
  expect(tree).toHaveProperty('connections', expect.closeTo(2, 0.3));
  expect(undeclared(mysql, tree)).toEqual([]);
});

testWith('mariadbd', 'a real MariaDB may keep replication from us, but not the rest', async () => {
  const run = mysql.configure({ ...login(), replication_enabled: true })(real, never);
  await expect(run).rejects.toMatchObject({
    message: expect.stringContaining('privilege'),
    partial: { up: 1, max_connections: 50 },
  });
  const root = { server: 'localhost', socket: running().socket, user: 'root', replication_enabled: true };
  expect(await mysql.configure(root)(real, never)).toMatchObject({
    seconds_behind_master: null,
    replica: { io_running: false, sql_running: false },
  });
});

testWith('mariadbd', 'a real MariaDB is down when it has ended', async () => {
  const collect = mysql.configure(login());
  await collect(real, never);
  await running()[Symbol.asyncDispose]();
  await expect(collect(real, never)).rejects.toMatchObject({ name: 'NotAnswering', results: { up: 0 } });
});

/** Connects, waits to be greeted, and leaves: the server has counted it then. */
async function greeted(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  socket.destroy();
  await once(socket, 'close');
}
