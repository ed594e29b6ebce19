import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { DropWatch } from '../../src/net/drop-watch.ts';
import { bindUdp } from '../../src/net/udp.ts';

test('drops are told of with what helps, until they are old news', () => {
  let drops = 0;
  const watch = new DropWatch([], () => drops);
  expect(watch.look()).toBe('');
  drops = 25;
  expect(watch.look()).toMatch(/threw away 25 datagrams .* net\.core\.rmem_max/);
  for (let look = 0; look < 5; look++) expect(watch.look()).not.toBe('');
  expect(watch.look()).toBe('');
  expect(watch.total).toBe(25);
});

test('what the kernel throws away of a burst is counted, and nothing else', async () => {
  const socket = await bindUdp({ address: '127.0.0.1', port: 0 }, 'alone', 4_096);
  const watch = new DropWatch([socket]);
  let received = 0;
  socket.onMessage(() => {
    received += 1;
  });
  const sender = createSocket('udp4');
  const sent = 500;
  await Promise.all(
    Array.from(
      { length: sent },
      () => new Promise((resolve) => sender.send('x:1|c', socket.port, '127.0.0.1', resolve)),
    ),
  );
  for (let quiet = 0, last = -1; quiet < 3; quiet = received === last ? quiet + 1 : 0) {
    last = received;
    await new Promise((resolve) => setImmediate(resolve));
  }
  sender.close();
  expect(received + watch.total).toBe(sent);
  await socket[Symbol.asyncDispose]();
});
