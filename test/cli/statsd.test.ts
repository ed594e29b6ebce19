import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

const info = (ports: Readonly<Record<string, number>>) => ({ 'GET /agent/info': { ports } });

test('statsd send sends one sample to where the agent listens', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  await using agent = await fakeAgent(info({ statsd: socket.address().port }));
  const arrived = once(socket, 'message');
  const { code, out } = await opsbro('statsd send room -5 g --rate 0.5', agent);
  expect([code, out]).toEqual([0, `sent room:-5|g|@0.5 to port ${socket.address().port}\n`]);
  expect(String((await arrived)[0])).toBe('room:-5|g|@0.5');
  socket.close();
});

test('metrics send sends one line to where the agent listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await using agent = await fakeAgent(info({ graphite: port }));
  const arrived = once(server, 'connection').then(([socket]) => {
    socket.end();
    return text(socket);
  });
  expect((await opsbro('metrics send a.b 1.5', agent)).code).toBe(0);
  expect(await arrived).toBe('a.b 1.5 -1\n');
  server.close();
});

test.each([
  ['statsd send a 1 c', /the door statsd is closed; .* statsd\.enabled true/],
  ['metrics send a 1', /the door graphite is closed/],
  ['statsd send a 1 zz', /"zz" is no type/],
  ['metrics send a x', /"x" is no number/],
  ['metrics send a 1 now', /"now" is no time/],
])('%s says why not', async (words, message) => {
  await using agent = await fakeAgent(info({ http: 1 }));
  const { code, err } = await opsbro(words, agent);
  expect(code).not.toBe(0);
  expect(err).toMatch(message);
});

test('statsd counters lists all pages', async () => {
  await using agent = await fakeAgent({
    'GET /statsd/counters?limit=10000&prefix=api': [{ name: 'api.hits', value: 5 }],
  });
  expect((await opsbro('statsd counters api', agent)).out).toMatch(/^NAME +SUM\napi\.hits +5\n$/);
});
