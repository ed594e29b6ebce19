import { expect, test } from 'vitest';
import { RawAnswer } from '../../src/dns/prepared.ts';
import { type Later, TcpSession } from '../../src/dns/tcp-session.ts';
import type { Incoming } from '../../src/net/tcp.ts';
import { SimulatedClock } from '../support/clock.ts';

const MESSAGE = Buffer.from(`000c${'ab'.repeat(12)}`, 'hex');

/** A session over a made-up connection, whose answers are the messages themselves. */
function open(answer: (message: Buffer, later: () => Later) => Buffer | undefined = (message) => message) {
  const clock = new SimulatedClock();
  const written: Buffer[] = [];
  const log: string[] = [];
  const peer = { send: (_: Uint8Array) => {}, finish: () => {}, unsent: 0, read: () => {} };
  const connection: Incoming = {
    remote: { address: '127.0.0.1', port: 1 },
    onData: (listen) => void Object.assign(peer, { send: listen }),
    onEnd: (listen) => void Object.assign(peer, { finish: listen }),
    write: (bytes) => void written.push(Buffer.from(bytes)),
    get unsent() {
      return peer.unsent;
    },
    pause: () => void log.push('paused'),
    resume: () => void log.push('resumed'),
    finish(sent = () => {}) {
      log.push('finished');
      if (peer.unsent === 0) sent();
      else Object.assign(peer, { read: sent });
    },
    close: () => void log.push('closed'),
  };
  new TcpSession(connection, {
    clock,
    idleMs: 10_000,
    answer: (packet, start, end, later) => {
      const bytes = answer(packet.subarray(start, end), later);
      return bytes && new RawAnswer(bytes);
    },
    ended: (reason) => void log.push(`ended ${reason}`),
  });
  return { clock, written, log, peer };
}

test('answers each message once it is whole, however it was cut', () => {
  const { written, peer } = open();
  const bytes = Buffer.concat([MESSAGE, MESSAGE]);
  for (const [at] of bytes.entries()) peer.send(bytes.subarray(at, at + 1));
  expect(written).toEqual([MESSAGE, MESSAGE]);
});

test('answers several messages of one piece in one write, and leaves out those without answer', () => {
  let left = 2;
  const { written, peer } = open((message) => (left-- > 0 ? message : undefined));
  peer.send(Buffer.concat([MESSAGE, MESSAGE, MESSAGE, MESSAGE.subarray(0, 5)]));
  expect(written).toEqual([Buffer.concat([MESSAGE, MESSAGE])]);
});

test('ends after 10 s without a message', () => {
  const { clock, log, peer } = open();
  clock.run(9_000);
  peer.send(MESSAGE);
  clock.run(9_999);
  expect(log).toEqual([]);
  clock.run(1);
  expect(log).toEqual(['closed', 'ended idle']);
});

test('ends when a message is not whole 5 s after its first byte, whatever trickles in', () => {
  const { clock, log, peer } = open();
  for (let second = 0; second < 5; second++) {
    peer.send(MESSAGE.subarray(second, second + 1));
    clock.run(1_000);
  }
  expect(log).toEqual(['closed', 'ended slow']);
});

test('ends at a message shorter than a header', () => {
  const { written, log, peer } = open();
  peer.send(Buffer.from([0, 11, 0]));
  expect([written, log]).toEqual([[], ['closed', 'ended tiny']]);
});

test('ends when the peer does not read its answers, without making more of them', () => {
  let made = 0;
  const { log, peer } = open(() => {
    made += 1;
    peer.unsent += 60_000;
    return Buffer.alloc(60_000);
  });
  peer.send(Buffer.concat(Array.from({ length: 1_000 }, () => MESSAGE)));
  expect(log).toEqual(['closed', 'ended unread']);
  expect(made).toBeLessThan(20);
});

test('ends with the peer, once', () => {
  const { clock, written, log, peer } = open();
  peer.finish();
  peer.send(MESSAGE);
  clock.run(60_000);
  expect([written, log]).toEqual([[], ['finished', 'ended undefined']]);
});

test('has the peer wait while 64 answers are not there yet, and forgets nothing of what it sent', () => {
  const owed: Later[] = [];
  const { written, log, peer } = open((_, later) => void owed.push(later()));
  peer.send(Buffer.concat(Array.from({ length: 70 }, () => MESSAGE)));
  expect([owed.length, log]).toEqual([64, ['paused']]);
  const answer = MESSAGE.subarray(2);
  owed[0]?.(answer);
  expect([owed.length, log]).toEqual([65, ['paused', 'resumed', 'paused']]);
  peer.finish();
  for (let at = 1; at < owed.length; at++) owed[at]?.(at % 2 ? answer : undefined);
  expect([owed.length, written.length]).toEqual([70, 36]);
  expect(log.slice(-2)).toEqual(['finished', 'ended undefined']);
});

test('that has ended holds its place while answers are unread, but not for ever', () => {
  const { clock, log, peer } = open();
  peer.unsent = 1_000;
  peer.send(MESSAGE);
  peer.finish();
  clock.run(9_999);
  expect(log).toEqual(['finished']);
  clock.run(1);
  expect(log).toEqual(['finished', 'closed', 'ended unread']);
});

test('that has ended makes room as soon as its answers are read', () => {
  const { clock, log, peer } = open();
  peer.unsent = 1_000;
  peer.send(MESSAGE);
  peer.finish();
  clock.run(5_000);
  peer.read();
  clock.run(60_000);
  expect(log).toEqual(['finished', 'ended undefined']);
});
