import { expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import type { Endpoint } from '../../src/net/address.ts';
import { listenHttp } from '../../src/net/http-listener.ts';
import { listenEverywhere } from '../../src/net/listen-everywhere.ts';
import { type Connection, connectTcp, listenTcp } from '../../src/net/tcp.ts';
import { bindUdp, type UdpSocket } from '../../src/net/udp.ts';

const V4 = { address: '127.0.0.1', port: 0 };
const NOBODY = { onRequest: () => {} };
const LIMITS = { connectionsPerClient: 1 };

test('a datagram arrives with the place it came from', async () => {
  await using a = await bindUdp(V4);
  await using b = await bindUdp(V4);
  const arrived = new Promise<readonly [string, Endpoint]>((resolve) => {
    b.onMessage((bytes, from) => resolve([Buffer.from(bytes).toString(), from]));
  });
  a.send(Buffer.from('hello'), b);
  expect(await arrived).toEqual(['hello', { address: '127.0.0.1', port: a.port }]);
});

test('a socket for all addresses speaks IPv4 too, and shows such addresses dotted', async () => {
  await using all = await bindUdp({ address: '::', port: 0 });
  await using four = await bindUdp(V4);
  expect([all.reaches('127.0.0.1'), four.reaches('::1'), four.reaches('127.0.0.1')]).toEqual([true, false, true]);
  const arrived = new Promise<Endpoint>((resolve) => all.onMessage((_, from) => resolve(from)));
  const answered = new Promise<string>((resolve) => four.onMessage((bytes) => resolve(Buffer.from(bytes).toString())));
  four.send(Buffer.from('question'), { address: '127.0.0.1', port: all.port });
  const from = await arrived;
  expect(from).toEqual({ address: '127.0.0.1', port: four.port });
  all.send(Buffer.from('answer'), from);
  expect(await answered).toBe('answer');
});

const BOTH = [
  ['0.0.0.0', '::'],
  ['::', '0.0.0.0'],
] as const;

test.each(BOTH)('a door that is wanted at %s and %s listens at both, each for its own', async (...bind) => {
  const sockets: UdpSocket[] = [];
  await using door = await listenEverywhere({ bind, port: 0, lacks: () => {} }, async (at, opened) => {
    const { port } = opened.use(await listenTcp(at, () => {}));
    sockets.push(opened.use(await bindUdp({ ...at, port })));
    return port;
  });
  expect(door.places).toEqual(bind.map((address) => ({ address, port: door.port })));
  const reached = sockets.map(({ address, reaches }) => [address, reaches('127.0.0.1'), reaches('::1')]);
  expect(new Map(reached.map(([address, ...of]) => [address, of]))).toEqual(
    new Map([
      ['0.0.0.0', [true, false]],
      ['::', [false, true]],
    ]),
  );
  await using http = await listenHttp({ addresses: bind, port: 0, door: 'http', log: silent }, NOBODY, LIMITS);
  expect(http.addresses).toEqual(bind);
});

test('a datagram to a place that cannot be is told as failed, like any that the system refuses', async () => {
  await using socket = await bindUdp(V4);
  const failures: Error[] = [];
  socket.send(Buffer.from('lost'), { address: '127.0.0.1', port: 0 }, (error) => failures.push(error));
  expect(failures).toMatchObject([{ code: 'ERR_SOCKET_BAD_PORT' }]);
});

test('a taken port is refused with the code of the system', async () => {
  await using taken = await bindUdp(V4);
  await using listener = await listenTcp(V4, () => {});
  await expect(bindUdp({ ...V4, port: taken.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(listenTcp({ ...V4, port: listener.port }, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('bytes go both ways over a connection, and its end is told once', async () => {
  const ends: string[] = [];
  await using listener = await listenTcp(V4, (connection) => {
    connection.onEnd(() => ends.push('server'));
    connection.onData((bytes) => {
      connection.write(bytes);
      connection.finish();
    });
  });
  const connection = await connectTcp(listener, AbortSignal.timeout(5_000));
  const echo = await new Promise<string>((resolve) => {
    let text = '';
    connection.onData((bytes) => {
      text += Buffer.from(bytes).toString();
    });
    connection.onEnd(() => {
      ends.push('client');
      resolve(text);
    });
    connection.write(Buffer.from('hello'));
  });
  expect(echo).toBe('hello');
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends.filter((end) => end === 'client')).toHaveLength(1);
});

test('a connection that nobody takes fails with the code of the system; one that is given up fails at once', async () => {
  await expect(connectTcp({ ...V4, port: 1 }, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
  await expect(connectTcp({ ...V4, port: 1 }, AbortSignal.abort())).rejects.toThrow();
});

test('a listener that is closed takes its connections with it', async () => {
  const accepted: Connection[] = [];
  const listener = await listenTcp(V4, (connection) => accepted.push(connection));
  const connection = await connectTcp(listener, AbortSignal.timeout(5_000));
  const ended = new Promise<void>((resolve) => connection.onEnd(() => resolve()));
  connection.onData(() => {});
  await listener[Symbol.asyncDispose]();
  await ended;
  connection.close();
});
