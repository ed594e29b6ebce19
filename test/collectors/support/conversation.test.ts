import { expect, test } from 'vitest';
import { converse, waysTo } from '../../../src/collectors/support/conversation.ts';
import { CollectError } from '../../../src/plugins/outcomes.ts';
import type { FakeConnection } from '../../support/connection.ts';
import { fakeHost, never, systemError } from '../../support/host.ts';

const SOCKET = '/run/db.sock';
const PLACES = [
  { server: 'localhost', port: 1, socket: SOCKET },
  { server: 'localhost', port: 1 },
];

/** Reads the first word that comes: a server that says `no` refuses, one that says nothing more is asked. */
function ask(listeners: Readonly<Record<string, (there: FakeConnection) => void>>) {
  return converse(fakeHost({ listeners }), never, {
    places: PLACES,
    receiveCap: 100,
    async logIn(stream) {
      for await (const bytes of stream) {
        if (String(bytes) === 'no') throw new CollectError('no', { up: 1 });
        return String(bytes);
      }
      throw new Error('the driver is puzzled');
    },
    ask: async (word) => `${word}!`,
  });
}

const saying = (word: string) => (there: FakeConnection) => there.write(Buffer.from(word));
const locked = () => {
  throw systemError('EACCES', `connect ${SOCKET}`);
};

test.each([
  ['where its socket is', { [SOCKET]: saying('socket') }, 'socket!'],
  ['at its port when nobody is at the socket', { 'localhost:1': saying('port') }, 'port!'],
  ['at its port when the socket is locked', { [SOCKET]: locked, 'localhost:1': saying('port') }, 'port!'],
  ['at its port when it refuses at the socket', { [SOCKET]: saying('no'), 'localhost:1': saying('port') }, 'port!'],
])('a server is asked %s', async (_, listeners, answer) => {
  expect(await ask(listeners)).toBe(answer);
});

test.each([
  ['that it refuses, though nobody is at its port', { [SOCKET]: saying('no') }, { name: 'CollectError' }],
  ['that it is locked, though nobody is at its port', { [SOCKET]: locked }, { code: 'EACCES' }],
  ['that nobody is there', {}, { code: 'ECONNREFUSED' }],
  [
    'that the connection broke, not what the driver makes of it',
    { 'localhost:1': (there: FakeConnection) => there.close() },
    { code: 'ECONNRESET' },
  ],
])('a server that cannot be asked tells %s', async (_, listeners, failure) => {
  await expect(ask(listeners)).rejects.toMatchObject(failure);
});

test.each([
  ['localhost', SOCKET, 2],
  ['127.0.0.1', SOCKET, 2],
  ['', SOCKET, 2],
  ['db.example.org', SOCKET, 1],
  ['localhost', '/run/other.sock', 1],
  ['localhost', '', 1],
])('there are ways to %j with the socket %j: %d', async (server, socket, count) => {
  const host = fakeHost({ files: { [SOCKET]: '' } });
  expect(await waysTo(host, { server, port: 1, socket })).toHaveLength(count);
});
