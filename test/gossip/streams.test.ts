import { expect, test } from 'vitest';
import { Streams } from '../../src/gossip/streams.ts';
import type { Connection } from '../../src/net/tcp.ts';
import { clearStream } from '../support/clear.ts';
import { openGuard } from '../support/guard.ts';

const PING = clearStream({ kind: 'ping', seqNo: 1, node: '' });
const MIB = 1024 * 1024;

/** The beginning of a user message of 19 MiB. */
const BEGINNING = Uint8Array.of(8, 0x81, 0xaa, ...Buffer.from('UserMsgLen'), 0xce, 0x01, 0x30, 0, 0);

/** A connection whose peer is the test. */
class Peer implements Connection {
  readonly remote;
  readonly unsent = 0;
  isClosed = false;
  #data: (bytes: Uint8Array) => void = () => {};
  #end: () => void = () => {};

  constructor(address: string) {
    this.remote = { address, port: 1 };
  }

  onData(listen: (bytes: Uint8Array) => void): void {
    this.#data = listen;
  }

  onEnd(listen: () => void): void {
    this.#end = listen;
  }

  write(): void {}

  finish(): void {}

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#end();
  }

  send(bytes: Uint8Array): void {
    this.#data(bytes);
  }
}

function door() {
  const counts = new Map<string, number>();
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by);
  const asked: string[] = [];
  const streams = new Streams({
    guard: openGuard({}, count),
    timeoutMs: 10_000,
    asked: (_, { kind }) => asked.push(kind),
  });
  const open = (address: string) => {
    const peer = new Peer(address);
    streams.accept(peer);
    return peer;
  };
  return { counts, asked, open };
}

test('all streams together hold so many bytes; over that the newest one is closed', () => {
  const { counts, asked, open } = door();
  const peers = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map(open);
  const [, , , fourth] = peers;
  const load = new Uint8Array(16 * MIB);
  for (const peer of peers) peer.send(BEGINNING);
  for (const peer of peers.slice(0, 3)) peer.send(load);
  expect(peers.map(({ isClosed }) => isClosed)).toEqual([false, false, false, false]);
  const newest = open('10.0.0.5');
  fourth?.send(load);
  expect([...peers, newest].map(({ isClosed }) => isClosed)).toEqual([false, false, false, true, true]);
  expect(counts.get('dropped_stream_budget')).toBe(2);
  peers[0]?.close();
  const next = open('10.0.0.6');
  next.send(PING);
  expect([next.isClosed, asked]).toEqual([false, ['ping']]);
});

test('one address may have four streams whose message is still arriving, this machine more', () => {
  const { counts, open } = door();
  const peers = Array.from({ length: 5 }, () => open('10.0.0.1'));
  expect(peers.map(({ isClosed }) => isClosed)).toEqual([false, false, false, false, true]);
  expect(counts.get('dropped_busy')).toBe(1);
  peers[0]?.send(PING);
  expect(open('10.0.0.1').isClosed).toBe(false);
  expect(open('10.0.0.2').isClosed).toBe(false);
  for (const address of ['127.0.0.1', '::1']) {
    const here = Array.from({ length: 33 }, () => open(address));
    expect(here.filter(({ isClosed }) => isClosed)).toHaveLength(1);
  }
});
