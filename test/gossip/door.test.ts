import { afterEach, describe, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { silent } from '../../src/base/log.ts';
import { Door } from '../../src/gossip/door.ts';
import type { GuardOptions } from '../../src/gossip/guard.ts';
import type { KeySource } from '../../src/gossip/key-source.ts';
import { NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import { gossipKey, type Keyring } from '../../src/gossip/wire/keyring.ts';
import type { PacketMessage } from '../../src/gossip/wire/messages.ts';
import { packRequest } from '../../src/gossip/zones/detect-bodies.ts';
import { ForeignQuestions } from '../../src/gossip/zones/foreign-questions.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { openGuard } from '../support/guard.ts';

let closing = new Disposal();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Disposal();
});

const NACK = { kind: 'nack', seqNo: 7 } as const;

function ringOf(byte: number): Keyring {
  const key = gossipKey(new Uint8Array(32).fill(byte));
  if (!key) throw new Error('32 bytes are a key');
  return [key];
}

const keyed = (byte: number): KeySource => ({ state: 'keyed', keyring: ringOf(byte), problem: '' });
const CLOSED: KeySource = { state: 'closed', keyring: undefined, problem: '/etc/lan.gossip.key is no list of keys' };

/** A door whose messages and counters the test sees. */
async function open(change: Partial<GuardOptions> = {}) {
  const counts = new Map<string, number>();
  const guard = openGuard(change, (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by));
  const door = closing.use(await Door.open({ bind: ['127.0.0.1'], port: 0, log: silent, guard, everybody: [] }));
  const heard: PacketMessage[] = [];
  door.onPacket((messages) => void heard.push(...messages));
  return { door, counts, heard, drops: guard.drops, to: { address: '127.0.0.1', port: door.port } };
}

/** A door at these addresses. */
async function openAt(bind: readonly string[]) {
  const wide = closing.use(await Door.open({ bind, port: 0, log: silent, guard: openGuard({}), everybody: [] }));
  const heard: PacketMessage[] = [];
  wide.onPacket((messages) => void heard.push(...messages));
  return { wide, heard };
}

const arrived = (counts: ReadonlyMap<string, number>, packets = 1) =>
  eventually(() => (counts.get('packets_in') ?? 0) >= packets, 2_000);

test.each([[['0.0.0.0', '::']], [['::', '0.0.0.0']]])('it opens at %j, and hears both', async (bind) => {
  const { heard, wide } = await openAt(bind);
  const a = await open();
  a.door.send({ address: '127.0.0.1', port: wide.port }, [NACK], { crc: true });
  await eventually(() => heard.length === 1, 2_000);
  const b = await openAt(['::1']);
  b.wide.send({ address: '::1', port: wide.port }, [NACK], { crc: true });
  await eventually(() => heard.length === 2, 2_000);
});

test('datagrams are counted by what is in them', async () => {
  const [a, b] = [await open(), await open()];
  a.door.send(b.to, [NACK], { crc: true });
  a.door.send(b.to, [NACK, NACK], { crc: true });
  await arrived(b.counts, 2);
  const kinds = ({ counts }: typeof a) => [...counts.keys()].filter((name) => name.startsWith('kind_'));
  expect(kinds(a)).toEqual(['kind_out_nack', 'kind_out_several']);
  expect(kinds(b)).toEqual(['kind_in_nack', 'kind_in_several']);
});

describe('datagrams', () => {
  test('pass between doors with the same key', async () => {
    const [a, b] = [await open({ keys: keyed(1) }), await open({ keys: keyed(1) })];
    a.door.send(b.to, [NACK], { crc: true });
    await eventually(() => b.heard.length > 0, 2_000);
    expect(b.heard).toEqual([NACK]);
  });

  test.each<[string, KeySource, KeySource, string]>([
    ['another key', keyed(1), keyed(2), 'use an unknown key'],
    ['no key', NO_KEYS, keyed(2), 'are not encrypted, which this zone is'],
    ['a key that is not wanted', keyed(1), NO_KEYS, 'are encrypted, and this zone has no key'],
  ])('of a door with %s are named and not heard', async (_, ours, theirs, text) => {
    const [a, b] = [await open({ keys: ours }), await open({ keys: theirs })];
    // What is encrypted begins with random bytes, one in fifteen times like something in the clear that is broken:
    // then that is the cause of this one, and the complaint is of the last. Sent until one has shown the usual cause.
    await eventually(() => {
      a.door.send(b.to, [NACK, NACK, NACK, NACK], { crc: false });
      return b.drops.complaints.some((sentence) => sentence.startsWith(`datagrams from 127.0.0.1 ${text} (`));
    }, 2_000);
    expect(b.heard).toEqual([]);
  });

  test('of a pool under another label are dropped', async () => {
    const [a, b] = [await open({ label: 'one' }), await open({ label: 'two' })];
    a.door.send(b.to, [NACK], { crc: false });
    await arrived(b.counts);
    expect([b.heard, b.counts.get('dropped_label'), b.counts.get('kind_in_unread')]).toEqual([[], 1, 1]);
  });

  test('are sealed with the key of the moment', async () => {
    const keys = { ...keyed(1) };
    const [a, b] = [await open({ keys }), await open({ keys: keyed(2) })];
    Object.assign(keys, keyed(2));
    a.door.send(b.to, [NACK], { crc: false });
    await eventually(() => b.heard.length > 0, 2_000);
  });

  test('neither leave nor enter while the keys cannot be read', async () => {
    const [a, b] = [await open({ keys: CLOSED }), await open()];
    a.door.send(b.to, [NACK], { crc: false });
    b.door.send(a.to, [NACK], { crc: false });
    await arrived(a.counts);
    expect([a.heard, a.counts.get('dropped_closed'), a.counts.get('packets_out')]).toEqual([[], 2, undefined]);
    expect(b.counts.get('packets_in')).toBeUndefined();
  });

  test('of a source that sends too many are dropped and named', async () => {
    const b = await open({ maxPacketsPerSource: 5 });
    const source = closing.use(await bindUdp({ address: '127.0.0.1', port: 0 }));
    for (let sent = 0; sent < 30; sent++) source.send(Uint8Array.of(11, 0x80), b.to);
    await arrived(b.counts, 30);
    expect([b.heard.length, b.counts.get('dropped_rate')]).toEqual([10, 20]);
    expect(b.drops.recent).toMatchObject([{ cause: 'rate', source: '127.0.0.1', count: 20 }]);
  });

  test('of a source outside the networks are dropped', async () => {
    const [a, b] = [await open(), await open({ allowedNetworks: ['10.0.0.0/8'] })];
    a.door.send(b.to, [NACK], { crc: false });
    await arrived(b.counts);
    expect([b.heard, b.counts.get('dropped_network')]).toEqual([[], 1]);
  });

  test('that the kernel could not keep are counted', async () => {
    const b = await open();
    expect(b.door.kernelDrops).toBe(0);
    const source = closing.use(await bindUdp({ address: '127.0.0.1', port: 0 }));
    // Nobody reads while this loop runs; the kernel's buffer is full long before its end.
    for (let sent = 0; sent < 2_000; sent++) source.send(new Uint8Array(8_000), b.to);
    await eventually(() => b.door.kernelDrops > 0, 2_000);
  });
});

describe('questions of other zones', () => {
  const opsbro = packRequest({ zone: 'lan', nonce: new Uint8Array(8) }, 0);
  const QUESTION = { kind: 'ping', seqNo: 1, node: '', opsbro } as const;
  const lan = new Map([['lan', keyed(2)]]);
  /** A door of internet that holds the key of lan. */
  const parent = async (keys: KeySource = keyed(1)) => {
    const counts = new Map<string, number>();
    const guard = openGuard({ keys }, (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by));
    const foreign = new ForeignQuestions(() => lan);
    const where = { bind: ['127.0.0.1'], port: 0, log: silent, everybody: [] };
    const door = closing.use(await Door.open({ ...where, guard, foreign }));
    const heard: unknown[] = [];
    door.onPacket((messages, { seal }) => void heard.push({ messages, seal }));
    return { counts, heard, to: { address: '127.0.0.1', port: door.port } };
  };

  test.each<[string, KeySource]>([
    ['with keys of its own', keyed(1)],
    ['without', NO_KEYS],
  ])('are heard by a door %s that holds their key', async (_, own) => {
    const [b, child] = [await parent(own), await open({ keys: keyed(2) })];
    child.door.send(b.to, [QUESTION], { crc: false });
    await eventually(() => b.heard.length > 0, 2_000);
    expect(b.heard).toMatchObject([{ messages: [{ kind: 'ping', node: '' }], seal: { zone: 'lan' } }]);
    expect([b.counts.get('foreign_questions'), b.counts.get('dropped_decrypt')]).toEqual([1, undefined]);
  });

  test('are heard whatever random bytes they begin with', async () => {
    const [b, child] = [await parent(NO_KEYS), await open({ keys: keyed(2) })];
    for (let sent = 1; sent <= 30; sent += 1) {
      child.door.send(b.to, [QUESTION], { crc: false });
      await eventually(() => b.counts.get('packets_in') === sent, 2_000);
    }
    expect(Object.fromEntries(b.counts)).toMatchObject({ foreign_questions: 30 });
  });

  test.each<[string, KeySource, readonly PacketMessage[]]>([
    ['a message of the pool', keyed(2), [NACK]],
    ['a question with more beside it', keyed(2), [QUESTION, NACK]],
    ['a ping of a member', keyed(2), [{ ...QUESTION, node: 'b' }]],
    ['a question with a key that is not held', keyed(3), [QUESTION]],
  ])('%s is not', async (_, keys, messages) => {
    const [b, child] = [await parent(), await open({ keys })];
    child.door.send(b.to, messages, { crc: false });
    await arrived(b.counts);
    expect([b.heard, b.counts.get('dropped_decrypt'), b.counts.get('foreign_questions')]).toEqual([[], 1, undefined]);
  });

  test('are tried so often a second and source, whether a key opens them or not', async () => {
    const [b, child] = [await parent(), await open({ keys: keyed(2) })];
    for (let sent = 0; sent < 60; sent += 1) child.door.send(b.to, [{ ...QUESTION, seqNo: sent }], { crc: false });
    await arrived(b.counts, 60);
    expect([b.counts.get('foreign_questions'), b.counts.get('dropped_undecryptable')]).toEqual([40, 20]);
  });
});

test('nothing is sent to everybody because somebody wrote that address into a message', async () => {
  const counts = new Map<string, number>();
  const guard = openGuard({}, (name) => void counts.set(name, (counts.get(name) ?? 0) + 1));
  const everybody = [{ address: '127.0.0.1', network: '127.255.255.255' }];
  const door = closing.use(await Door.open({ bind: ['127.0.0.1'], port: 0, log: silent, guard, everybody }));
  door.send({ address: '127.255.255.255', port: 9 }, [NACK], { crc: false });
  expect([counts.get('dropped_to_everybody'), counts.get('packets_out')]).toEqual([1, undefined]);
});

describe('members', () => {
  const start = async (name: string, keys: KeySource) =>
    closing.use(await startMember(name, { keys: { ...keys, apply: NO_KEYS.apply } }));

  test('with the same keys find each other, all of it encrypted', async () => {
    const [a, b] = [await start('a', keyed(1)), await start('b', keyed(1))];
    expect(await b.join([`127.0.0.1:${a.port}`])).toEqual({ joined: 1, errors: new Map() });
    await eventually(() => a.members.size === 2 && b.members.size === 2, 2_000);
  });

  test.each<[string, KeySource, KeySource, string]>([
    ['without key of one with a key', NO_KEYS, keyed(1), 'peer requires encryption'],
    ['with a key of one without', keyed(1), NO_KEYS, 'peer does not encrypt, but this zone has a key'],
    ['with a key of one with another', keyed(1), keyed(2), 'peer encrypts with a key that this zone does not have'],
    ['whose keys cannot be read', CLOSED, keyed(1), 'gossip is closed: /etc/lan.gossip.key is no list of keys'],
    ['of one whose keys cannot be read', keyed(1), CLOSED, 'closed without an answer'],
  ])('%s learn at once why they cannot join', async (_, ours, theirs, text) => {
    const [a, b] = [await start('a', theirs), await start('b', ours)];
    const { joined, errors } = await b.join([`127.0.0.1:${a.port}`]);
    expect([joined, [...errors.values()].join()]).toEqual([0, expect.stringContaining(text)]);
    expect([a.members.size, b.members.size]).toEqual([1, 1]);
  });

  test('tell who has another key', async () => {
    const [a, b] = [await start('a', keyed(1)), await start('b', keyed(2))];
    await b.join([`127.0.0.1:${a.port}`]);
    expect(a.complaints).toEqual(['streams from 127.0.0.1 use an unknown key (1 in the last minute)']);
    expect(a.drops).toMatchObject([{ cause: 'decrypt', source: '127.0.0.1' }]);
    expect(a.counters.get('dropped_kernel')).toBe(0);
  });
});
