import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { asDuplex } from '../../src/net/duplex.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { connectionPair } from '../support/connection.ts';
import { never } from '../support/host.ts';

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const MEBIBYTE = 1024 * 1024;

async function connected(server: Server, { receiveCap = MEBIBYTE, signal = never } = {}) {
  const target = { host: '127.0.0.1', port: await portOf(server), timeoutMs: 5_000, receiveCap };
  return asDuplex(await systemHost(systemClock).connect(target, signal));
}

test('what is written is sent, what comes can be read, and the end is the end', async () => {
  const stream = await connected(createServer((socket) => void socket.pipe(socket)));
  const answer = text(stream);
  stream.write('hel');
  stream.end('lo');
  expect(await answer).toBe('hello');
  if (!stream.closed) await once(stream, 'close');
});

test('what comes before anybody reads is kept', async () => {
  const { here, there } = connectionPair(100);
  const stream = asDuplex(here);
  there.write(Buffer.from('early, '));
  there.write(Buffer.from('too'));
  there.close();
  expect(await text(stream)).toBe('early, too');
});

test('a reader that is slow gets everything, in order', async () => {
  const sent = Buffer.alloc(MEBIBYTE / 2, 'abcdefg');
  const stream = await connected(createServer((socket) => void socket.end(sent)));
  stream.pause();
  await once(stream, 'readable');
  expect((await buffer(stream)).equals(sent)).toBe(true);
});

test('more than may come ends it with the reason', async () => {
  const stream = await connected(
    createServer((socket) => void socket.on('error', () => {}).write(Buffer.alloc(5_000))),
    { receiveCap: 1_000 },
  );
  await expect(text(stream)).rejects.toMatchObject({ code: 'EFBIG' });
});

test('a run that is given up ends it with the reason', async () => {
  const abort = new AbortController();
  const stream = await connected(createServer(), { signal: abort.signal });
  const answer = text(stream);
  abort.abort(new Error('enough'));
  await expect(answer).rejects.toThrow('enough');
});

test('to destroy it closes the connection', async () => {
  const server = createServer((socket) => void socket.on('error', () => {}));
  const accepted = once(server, 'connection');
  const stream = await connected(server);
  const [socket] = (await accepted) as [NodeJS.EventEmitter & { resume(): void }];
  socket.resume();
  const closed = once(socket, 'close');
  stream.destroy();
  await closed;
});
