import { expect, test } from 'vitest';
import type { GuardOptions } from '../../src/gossip/guard.ts';
import type { KeySource } from '../../src/gossip/key-source.ts';
import { Streams } from '../../src/gossip/streams.ts';
import { gossipKey, type Protection } from '../../src/gossip/wire/keyring.ts';
import { StreamReader, sealStream } from '../../src/gossip/wire/stream.ts';
import type { Connection } from '../../src/net/tcp.ts';
import { clearStream, read } from '../support/clear.ts';
import { openGuard } from '../support/guard.ts';

const PING = clearStream({ kind: 'ping', seqNo: 1, node: '' });
const MIB = 1024 * 1024;

/** The beginning of a user message of 19 MiB. */
const BEGINNING = Uint8Array.of(8, 0x81, 0xaa, ...Buffer.from('UserMsgLen'), 0xce, 0x01, 0x30, 0, 0);

/** A connection whose peer is the test. */
class Peer implements Connection {
  readonly remote;
  readonly unsent = 0;
  readonly written: Uint8Array[] = [];
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

  write(bytes: Uint8Array): void {
    this.written.push(bytes);
  }

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

function door(change: Partial<GuardOptions> = {}) {
  const counts = new Map<string, number>();
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by);
  const asked: string[] = [];
  const streams = new Streams({
    guard: openGuard(change, count),
    timeoutMs: 10_000,
    asked: (stream, { kind }) => {
      asked.push(kind);
      streams.answer(stream, { kind: 'ack', seqNo: 1, payload: null });
    },
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

const KEY = gossipKey(new Uint8Array(32).fill(1));
if (!KEY) throw new Error('32 bytes are a key');
const KEYS: KeySource = { state: 'keyed', keyring: [KEY], problem: '' };
const KEYED: Protection = { keyring: [KEY], label: '', compress: false };
const CLOSED: KeySource = { state: 'closed', keyring: undefined, problem: 'the key file is no list of keys' };
const SEALED_PING = sealStream(
  { kind: 'ping', seqNo: 1, node: '' },
  { protection: KEYED, nonce: () => new Uint8Array(12) },
);

test('who has other keys is answered so that it learns why', () => {
  const keyed = door({ keys: KEYS }).open('10.0.0.1');
  keyed.send(PING);
  expect(keyed.written.map((bytes) => new StreamReader(KEYED).push(bytes))).toMatchObject([
    { message: { kind: 'error', text: 'this pool is encrypted' } },
  ]);
  const plain = door().open('10.0.0.1');
  plain.send(SEALED_PING);
  expect(plain.written.map(read)).toMatchObject([{ message: { kind: 'error', text: 'this pool is not encrypted' } }]);
});

test('an answer is sealed as the question was', () => {
  const { asked, open } = door({ keys: KEYS });
  const peer = open('10.0.0.1');
  peer.send(SEALED_PING);
  expect(asked).toEqual(['ping']);
  expect(peer.written.map((bytes) => new StreamReader(KEYED).push(bytes))).toMatchObject([
    { message: { kind: 'ack' } },
  ]);
});

test('while the keys cannot be read no stream is taken, and one that was is neither heard nor answered', () => {
  const keys = { ...KEYS };
  const { asked, counts, open } = door({ keys });
  const before = open('10.0.0.1');
  Object.assign(keys, CLOSED);
  before.send(SEALED_PING);
  expect([asked, before.written, open('10.0.0.2').isClosed]).toEqual([[], [], true]);
  expect(counts.get('dropped_closed')).toBe(2);
});

test('who joins too often is told so', () => {
  const { asked, counts, open } = door();
  const join = clearStream({ kind: 'pushPull', join: true, nodes: [], serf: null });
  const peers = Array.from({ length: 5 }, () => {
    const peer = open('10.0.0.1');
    peer.send(join);
    return peer;
  });
  expect([asked.length, counts.get('dropped_joins')]).toEqual([4, 1]);
  expect(peers.at(-1)?.written.map(read)).toMatchObject([
    { message: { kind: 'error', text: expect.stringContaining('too many joins') } },
  ]);
});

test('128 messages may be arriving at a time, from everyone together', () => {
  const { open } = door();
  const peers = Array.from({ length: 130 }, (_, at) => open(`10.0.0.${at}`));
  expect(peers.filter(({ isClosed }) => isClosed)).toHaveLength(2);
});
