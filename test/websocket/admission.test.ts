import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { OpsbroError } from '../../src/base/errors.ts';
import { type Admitted, type Prove, Unproven } from '../../src/websocket/admission.ts';
import { SimulatedClock } from '../support/clock.ts';

/** A connection that notes how it ends. */
class Client extends EventEmitter {
  closed = '';

  close(code: number, reason: string): void {
    this.closed = `${code} ${reason}`;
  }

  terminate(): void {
    this.closed ||= 'cut off';
    this.emit('close');
  }

  say(text: string, isBinary = false): void {
    this.emit('message', Buffer.from(text), isBinary);
  }
}

const RIGHT: Prove = (token) => {
  if (token === 'right') return { scope: 'read' };
  throw new OpsbroError('unauthorized', 'the token is none of this agent');
};

function waiting(prove = RIGHT) {
  const clock = new SimulatedClock();
  const unproven = new Unproven(clock);
  const welcomed: Admitted[] = [];
  const connect = () => {
    const client = new Client();
    unproven.wait(client as unknown as WebSocket, prove, (admitted) => void welcomed.push(admitted));
    return client;
  };
  return { clock, connect, welcomed };
}

test('who shows a token in the first message is welcome, and is not looked at again', () => {
  const { clock, connect, welcomed } = waiting();
  const client = connect();

  client.say('{"token":"right"}');
  client.say('{"token":"wrong"}');
  clock.run(10_000);
  expect([welcomed, client.closed]).toEqual([[{ scope: 'read' }], '']);
});

test.each([
  ['{"token":"wrong"}', '1008 the token is none of this agent'],
  ['{"subscribe":"kv"}', '1008 send {"token":"..."} first'],
  ['{"token":1}', '1008 send {"token":"..."} first'],
  ['null', '1008 send {"token":"..."} first'],
  ['nonsense', '1008 send {"token":"..."} first'],
])('who says %s first is closed with %s', (text, closed) => {
  const { connect, welcomed } = waiting();
  const client = connect();

  client.say(text);
  client.say('{"token":"right"}');
  expect([client.closed, welcomed]).toEqual([closed, []]);
});

test('a goodbye has no room for more than 123 bytes', () => {
  const { connect } = waiting(() => {
    throw new OpsbroError('forbidden', 'é'.repeat(100));
  });
  const client = connect();
  client.say('{"token":"x"}');
  const [, reason = ''] = client.closed.split(' ');
  expect(Buffer.byteLength(reason)).toBe(120);
});

test('bytes are no token', () => {
  const { connect } = waiting();
  const client = connect();

  client.say('{"token":"right"}', true);
  expect(client.closed).toMatch(/^1008/);
});

test('who says nothing is closed after 5 s, and cut off when that is not answered', () => {
  const { clock, connect } = waiting();
  const client = connect();

  clock.run(4_999);
  expect(client.closed).toBe('');
  clock.run(1);
  expect(client.closed).toBe('1008 no token came within 5 s');
  let isCut = false;
  client.on('close', () => {
    isCut = true;
  });
  clock.run(5_000);
  expect(isCut).toBe(true);
});

test('there is room for a hundred who have shown nothing, and who goes away makes room', () => {
  const { connect } = waiting();
  const clients = Array.from({ length: 100 }, connect);

  expect(connect().closed).toBe('1013 too many clients without a token');
  clients[0]?.emit('close');
  expect(connect().closed).toBe('');
});
