import { describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { Networks } from '../../src/base/networks.ts';
import { admitted, admittedStream } from '../../src/gossip/announced.ts';
import { Bucket } from '../../src/gossip/bucket.ts';
import { Drops } from '../../src/gossip/drops.ts';
import { Recent } from '../../src/gossip/recent.ts';
import { SourceLimits } from '../../src/gossip/source-limits.ts';
import type { NodeEntry, PacketMessage } from '../../src/gossip/wire/messages.ts';
import { SimulatedClock } from '../support/clock.ts';

const ANYWHERE = new Networks([]);
const times = (count: number) => Array.from({ length: count }, (_, at) => at);

test('a bucket gives so much a second, and twice as much after a rest', () => {
  const bucket = new Bucket(20, 0);
  const taken = (now: number) => times(100).filter(() => bucket.take(now)).length;
  expect([taken(0), taken(0), taken(50), taken(1_050), taken(100_000)]).toEqual([40, 0, 1, 20, 40]);
});

test('what was looked up lately is known, and never more than twice the limit', () => {
  const recent = new Recent<number>(3);
  recent.set('kept', 0);
  for (const n of times(100)) {
    recent.set(`n${n}`, n);
    expect(recent.get('kept')).toBe(0);
  }
  expect([...recent.entries()].length).toBeLessThanOrEqual(6);
  expect([recent.get('n99'), recent.get('n98'), recent.get('n10')]).toEqual([99, 98, undefined]);
});

describe('a source', () => {
  const limits = () => new SourceLimits({ networks: ANYWHERE, packetsPerSecond: 1_000 });

  test('may send 2000 datagrams at once and 1000 a second, whatever others do', () => {
    const source = limits();
    const passed = (now: number) => times(5_000).filter(() => source.packet('10.0.0.1', now) === undefined).length;
    expect([passed(0), passed(1_000), passed(1_500)]).toEqual([2_000, 1_000, 500]);
    expect([source.packet('10.0.0.1', 1_500), source.packet('10.0.0.2', 1_500)]).toEqual(['rate', undefined]);
  });

  test('is not looked at any more after too many tries with a wrong key, for a twentieth of a second each', () => {
    const source = limits();
    const tried = (now: number) => {
      const tries = times(200).filter(() => {
        const isLookedAt = source.packet('10.0.0.1', now) === undefined;
        if (isLookedAt) source.failed('10.0.0.1', now);
        return isLookedAt;
      });
      return tries.length;
    };
    expect([tried(0), tried(1_000), tried(1_050)]).toEqual([40, 20, 1]);
    expect([source.packet('10.0.0.1', 1_050), source.stream('10.0.0.1', 1_050)]).toEqual([
      'undecryptable',
      'undecryptable',
    ]);
    expect(source.stream('10.0.0.2', 1_050)).toBeUndefined();
  });

  test('may join twice a second; the agents of this machine together more', () => {
    const source = limits();
    const joined = (address: string, now: number) => times(50).filter(() => source.join(address, now)).length;
    expect([joined('10.0.0.1', 0), joined('10.0.0.1', 1_000), joined('127.0.0.1', 0)]).toEqual([4, 2, 50]);
  });

  test('outside the networks is refused', () => {
    const source = new SourceLimits({ networks: new Networks(['10.0.0.0/8']), packetsPerSecond: 1_000 });
    expect(['10.0.0.1', '11.0.0.1'].map((address) => source.packet(address, 0))).toEqual([undefined, 'network']);
    expect(['10.0.0.1', '11.0.0.1'].map((address) => source.stream(address, 0))).toEqual([undefined, 'network']);
  });

  test('that comes and goes under many addresses takes no memory', () => {
    const source = limits();
    const before = process.memoryUsage().heapUsed;
    for (const n of times(100_000)) source.packet(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, n);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(30_000_000);
  });
});

describe('addresses that are announced', () => {
  const networks = new Networks(['10.0.0.0/8']);
  const place = (address: string) => ({ address, port: 1, node: 'n' });
  const alive = (address: string) => ({
    name: 'n',
    node: 'n',
    incarnation: 1,
    address,
    port: 1,
    meta: new Uint8Array(0),
    versions: [1, 5, 2, 2, 5, 5] as const,
  });
  const [inside, outside] = ['10.1.1.1', '11.1.1.1'];

  test.each<[string, (address: string) => PacketMessage]>([
    ['alive', (address) => ({ kind: 'alive', ...alive(address) })],
    ['ping', (address) => ({ kind: 'ping', seqNo: 1, node: '', source: place(address) })],
    [
      'indirect ping',
      (target) => ({ kind: 'indirectPing', seqNo: 1, node: '', target, port: 1, nack: false, source: place(inside) }),
    ],
    [
      'the asker of an indirect ping',
      (address) => ({
        kind: 'indirectPing',
        seqNo: 1,
        node: '',
        target: inside,
        port: 1,
        nack: false,
        source: place(address),
      }),
    ],
    [
      'relay',
      (address) => ({ kind: 'relay', address, port: 1, zone: '', destName: '', inner: Uint8Array.of(0, 0x80) }),
    ],
  ])('outside the networks cost the message: %s', (_, make) => {
    let refused = 0;
    const messages = [make(outside), make(inside), { kind: 'nack', seqNo: 1 } as const];
    expect(
      admitted(messages, networks, () => {
        refused += 1;
      }),
    ).toEqual(messages.slice(1));
    expect(refused).toBe(1);
    expect(admitted(messages, ANYWHERE, () => expect.fail())).toBe(messages);
  });

  test('outside the networks cost a push/pull those members', () => {
    const nodes: NodeEntry[] = [inside, outside].map((address) => ({ ...alive(address), state: 'alive' }));
    let refused = 0;
    const message = { kind: 'pushPull', join: true, nodes, serf: null } as const;
    const rest = admittedStream(message, networks, () => {
      refused += 1;
    });
    expect(rest).toEqual({ ...message, nodes: nodes.slice(0, 1) });
    expect(refused).toBe(1);
  });
});

describe('what is dropped', () => {
  function ledger() {
    const clock = new SimulatedClock(0);
    const counts = new Map<string, number>();
    const lines: string[] = [];
    const log = { ...silent, warn: (_: unknown, text: string) => void lines.push(text) };
    const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by);
    return { clock, counts, lines, drops: new Drops({ clock, log, count }) };
  }

  test('is counted each time and told once a minute and source', () => {
    const { clock, counts, lines, drops } = ledger();
    for (const _ of times(30)) drops.note('decrypt', '10.0.0.1', 'datagrams');
    drops.note('clearText', '10.0.0.2', 'streams');
    expect(lines).toEqual([
      'datagrams from 10.0.0.1 use an unknown key (1 in the last minute)',
      'streams from 10.0.0.2 are not encrypted, which this zone is (1 in the last minute)',
    ]);
    clock.run(60_000);
    drops.note('decrypt', '10.0.0.1', 'datagrams');
    expect(lines.slice(2)).toEqual(['datagrams from 10.0.0.1 use an unknown key (30 in the last minute)']);
    clock.run(600_000);
    drops.note('badName', '10.0.0.1', 'datagrams');
    expect(lines.slice(3)).toEqual(['datagrams from 10.0.0.1 cannot be read: badName (1 in the last minute)']);
    expect(Object.fromEntries(counts)).toEqual({ dropped_decrypt: 31, dropped_clearText: 1, dropped_badName: 1 });
  });

  test('is kept for whoever asks: the last 20 kinds of it, and a sentence on each source', () => {
    const { clock, drops } = ledger();
    for (const n of times(25)) {
      drops.note('crc', `10.0.0.${n}`, 'datagrams');
      clock.run(1_000);
    }
    drops.note('crc', '10.0.0.24', 'datagrams');
    expect(drops.recent).toHaveLength(20);
    expect(drops.recent.at(-1)).toEqual({ at: 25_000, cause: 'crc', source: '10.0.0.24', count: 2 });
    expect(drops.complaints).toHaveLength(25);
    clock.run(40_000);
    expect(drops.complaints[0]).toBe('datagrams from 10.0.0.6 cannot be read: crc (1 in the last minute)');
  });
});
