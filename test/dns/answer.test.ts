import { describe, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import type { Transport, ZoneData } from '../../src/dns/answer.ts';
import { flagsOf, query, sectionsOf, TYPES, wireName } from './packets.ts';
import { crowd, member, outcomeOf, POOL, zoneOf } from './pool.ts';

const ZONE = zoneOf(POOL);
const SOA = 'opsbro 5 SOA ns.opsbro hostmaster.opsbro 1700000000 3600 600 86400 5';

function ask(packet: Buffer, zone: ZoneData = ZONE, transport: Transport = 'udp') {
  const outcome = outcomeOf(packet, zone, transport);
  if (outcome.kind !== 'answer') throw new Error(`dropped: ${outcome.bad}`);
  return outcome;
}

const addressesOf = (packet: Buffer, zone = ZONE, transport: Transport = 'udp') =>
  sectionsOf(ask(packet, zone, transport).bytes).answers.map((record) => record.split(' ')[2]);

describe('names of groups and nodes', () => {
  test.each([
    ['redis.group.dc1.opsbro', TYPES.A, ['10.0.0.1', '10.0.0.2']],
    ['redis.group.opsbro', TYPES.A, ['10.0.0.1', '10.0.0.2']],
    ['redis.group.local.opsbro', TYPES.A, ['10.0.0.1', '10.0.0.2']],
    ['redis.group.a.dc2.opsbro', TYPES.A, ['10.9.0.1']],
    ['linux.group.dc1.opsbro', TYPES.A, ['10.0.0.1']],
    ['zone::lan.group.opsbro', TYPES.A, ['10.0.0.4']],
    ['n1.name.dc1.opsbro', TYPES.A, ['10.0.0.1']],
    ['n1.name.local.opsbro', TYPES.A, ['10.0.0.1']],
    ['n1.node.opsbro', TYPES.A, ['10.0.0.1']],
    ['N1.NODE.DC1.OPSBRO', TYPES.A, ['10.0.0.1']],
    ['front-1.name.dc1.opsbro', TYPES.A, ['10.0.0.1']],
    ['web.1.name.dc1.opsbro', TYPES.A, ['10.0.0.4']],
    ['far.name.a.dc2.opsbro', TYPES.A, ['10.9.0.1']],
    ['n3.node.opsbro', TYPES.AAAA, ['fd00::3']],
    ['ns.opsbro', TYPES.A, ['10.0.0.1']],
  ])('%s (%i) is %j', (name, type, addresses) => {
    const { bytes, rcode } = ask(query({ name, type }));
    expect(rcode).toBe('NOERROR');
    expect(flagsOf(bytes)).toEqual({ qr: 1, aa: 1, tc: 0, rd: 1, ra: 0, cd: 0 });
    const { answers, authorities } = sectionsOf(bytes);
    expect(answers.map((record) => record.split(' ')[2]).sort()).toEqual(addresses);
    expect(answers.every((record) => record.split(' ')[1] === '5')).toBe(true);
    expect(authorities).toEqual([]);
  });

  test.each([
    ['a group nobody has', 'nope.group.dc1.opsbro'],
    ['a group whose only node has left', 'gone.group.dc1.opsbro'],
    ['a zone nobody is in', 'redis.group.dc9.opsbro'],
    ['a node nobody is', 'n9.name.dc1.opsbro'],
    ['a node of another zone', 'far.name.dc1.opsbro'],
    ['a node that has left', 'n7.name.dc1.opsbro'],
    ['no form at all', 'x.y.opsbro'],
  ])('%s does not exist', (_, name) => {
    const { bytes, rcode } = ask(query({ name }));
    expect(rcode).toBe('NXDOMAIN');
    expect(flagsOf(bytes).aa).toBe(1);
    expect(sectionsOf(bytes)).toEqual({ answers: [], authorities: [SOA], additionals: [] });
  });

  test.each([
    ['the other family', 'n1.name.dc1.opsbro', TYPES.AAAA],
    ['a suspect node', 'n5.name.dc1.opsbro', TYPES.A],
    ['a dead node', 'n6.name.dc1.opsbro', TYPES.A],
    ['a group of which nobody lives', 'tired.group.dc1.opsbro', TYPES.A],
    ['a branch of a form', 'group.dc1.opsbro', TYPES.A],
    ['a zone', 'dc1.opsbro', TYPES.A],
    ['a part of a zone', 'dc2.opsbro', TYPES.A],
    ['a part of a node name', '1.name.dc1.opsbro', TYPES.A],
    ['the domain', 'opsbro', TYPES.A],
    ['a type that groups have not', 'redis.group.dc1.opsbro', TYPES.MX],
    ['a type that nobody knows', 'redis.group.dc1.opsbro', 65_280],
  ])('%s exists but has no such record', (_, name, type) => {
    const { bytes, rcode } = ask(query({ name, type }));
    expect(rcode).toBe('NOERROR');
    expect(sectionsOf(bytes)).toEqual({ answers: [], authorities: [SOA], additionals: [] });
  });
});

describe('other names', () => {
  test.each(['example.com', 'opsbro.example.com', 'xopsbro', ''])('"%s" is not ours to answer', (name) => {
    const { bytes, rcode } = ask(query({ name }));
    expect(rcode).toBe('REFUSED');
    expect(flagsOf(bytes).aa).toBe(0);
    expect(sectionsOf(bytes)).toEqual({ answers: [], authorities: [], additionals: [] });
  });

  test('a dot within a label is no separator', () => {
    const packet = query({ name: 'web-1.name.opsbro' });
    packet[packet.indexOf('-')] = '.'.charCodeAt(0);
    const { bytes, rcode } = ask(packet);
    expect(rcode).toBe('NXDOMAIN');
    expect(bytes.subarray(12, 12 + 23)).toEqual(packet.subarray(12, 12 + 23));
  });

  test('a domain may have several labels', () => {
    const zone = zoneOf(POOL, seeded(1), { domains: ['Node.Example.org.'] });
    expect(addressesOf(query({ name: 'n2.name.dc1.node.EXAMPLE.org' }), zone)).toEqual(['10.0.0.2']);
    expect(ask(query({ name: 'n2.name.dc1.opsbro' }), zone).rcode).toBe('REFUSED');
  });
});

describe('the domain itself', () => {
  test('tells its authority and its name server', () => {
    expect(sectionsOf(ask(query({ name: 'opsbro', type: TYPES.SOA })).bytes).answers).toEqual([SOA]);
    expect(sectionsOf(ask(query({ name: 'opsbro', type: TYPES.NS })).bytes)).toEqual({
      answers: ['opsbro 5 ns.opsbro'],
      authorities: [],
      additionals: ['ns.opsbro 5 10.0.0.1'],
    });
  });
});

test('a node tells about itself in text records', () => {
  const { answers } = sectionsOf(ask(query({ name: 'n1.node.opsbro', type: TYPES.TXT })).bytes);
  expect(answers.map((record) => record.split(' ')[2])).toEqual([
    'id=id-n1',
    'zone=dc1',
    'state=alive',
    'groups=linux,redis',
    'version=0.1.0',
  ]);
});

test('a text is cut to what one record holds', () => {
  const wordy = member({ name: 'w', address: '10.0.0.9', groups: Array.from({ length: 60 }, (_, i) => `groupé${i}`) });
  const { answers } = sectionsOf(ask(query({ name: 'w.node.opsbro', type: TYPES.TXT }), zoneOf([wordy]), 'tcp').bytes);
  const groups = answers.find((record) => record.includes('groups='))?.split(' ')[2] ?? '';
  expect(Buffer.byteLength(groups)).toBeGreaterThan(250);
  expect(Buffer.byteLength(groups)).toBeLessThanOrEqual(255);
});

test('every kind of record at once: one set over UDP, all over TCP', () => {
  const packet = query({ name: 'n1.node.opsbro', type: TYPES.ANY });
  expect(addressesOf(packet)).toEqual(['10.0.0.1']);
  expect(addressesOf(packet, ZONE, 'tcp')).toHaveLength(6);
});

describe('the question', () => {
  test('comes back in exactly the case it was asked in', () => {
    const packet = query({ name: 'rEdIs.GrOuP.dc1.OpSbRo' });
    expect(ask(packet).bytes.subarray(12, packet.length)).toEqual(packet.subarray(12));
    expect(addressesOf(packet)).toHaveLength(2);
  });

  test('keeps its number, RD and CD', () => {
    const { bytes } = ask(query({ name: 'n1.name.opsbro', flags: 0x0010 }));
    expect(bytes.readUInt16BE(0)).toBe(0x1234);
    expect(flagsOf(bytes)).toMatchObject({ rd: 0, cd: 1 });
  });

  test.each([
    ['class CH', { class: 3 }, 'REFUSED'],
    ['class NONE', { class: 254 }, 'REFUSED'],
    ['class ANY', { class: 255 }, 'NOERROR'],
    ['type AXFR', { type: TYPES.AXFR }, 'NOTIMP'],
    ['type TSIG', { type: 250 }, 'NOTIMP'],
    ['EDNS version 1', { edns: 1232, ednsTtl: 0x0001_0000 }, 'BADVERS'],
  ])('with %s gets %o', (_, change, rcode) => {
    expect(ask(query({ name: 'n1.name.opsbro', ...change })).rcode).toBe(rcode);
  });
});

describe('EDNS', () => {
  const optOf = (answer: Buffer) => answer.subarray(-11).toString('hex');

  test('is answered when it was asked for, with our own size, and not otherwise', () => {
    expect(optOf(ask(query({ name: 'n1.name.opsbro', edns: 4096 })).bytes)).toBe('00002904d0000000000000');
    expect(optOf(ask(query({ name: 'example.com', edns: 512 })).bytes)).toBe('00002904d0000000000000');
    expect(sectionsOf(ask(query({ name: 'n1.name.opsbro' })).bytes).additionals).toEqual([]);
  });

  test('keeps the DO bit and no other', () => {
    expect(optOf(ask(query({ name: 'n1.name.opsbro', edns: 4096, ednsTtl: 0xffff })).bytes)).toBe(
      '00002904d0000080000000',
    );
  });

  test('of a later version is told so in both halves of the code', () => {
    const { bytes } = ask(query({ name: 'n1.name.opsbro', edns: 1232, ednsTtl: 0x0001_0000 }));
    expect(bytes.readUInt8(3) & 15).toBe(0);
    expect(optOf(bytes)).toBe('00002904d0010000000000');
  });
});

describe('size', () => {
  const name = 'redis.group.dc1.opsbro';
  const pool = (members: ReturnType<typeof crowd>) =>
    zoneOf([POOL[2] ?? member({ name: 'x', address: '::1' }), ...members]);
  const many = (size: number) => pool(crowd(size).map((one) => ({ ...one, groups: ['redis'] })));
  const many6 = (size: number) =>
    pool(crowd(size).map((one, i) => ({ ...one, groups: ['redis'], address: `fd00::${i.toString(16)}:1` })));

  test.each([
    { what: '60 A over UDP', zone: many(60), type: TYPES.A, edns: undefined, transport: 'udp', expected: [29, 504, 1] },
    { what: '29 A over UDP', zone: many(29), type: TYPES.A, edns: undefined, transport: 'udp', expected: [29, 504, 0] },
    {
      what: '60 A over UDP with EDNS',
      zone: many(60),
      type: TYPES.A,
      edns: 1232,
      transport: 'udp',
      expected: [60, 1011, 0],
    },
    {
      what: '74 A over UDP with EDNS',
      zone: many(74),
      type: TYPES.A,
      edns: 1232,
      transport: 'udp',
      expected: [73, 1219, 1],
    },
    {
      what: '60 A to one who takes more than we send',
      zone: many(60),
      type: TYPES.A,
      edns: 4096,
      transport: 'udp',
      expected: [60, 1011, 0],
    },
    {
      what: '30 A to one who says less than the least',
      zone: many(30),
      type: TYPES.A,
      edns: 100,
      transport: 'udp',
      expected: [28, 499, 1],
    },
    {
      what: '60 AAAA over UDP',
      zone: many6(60),
      type: TYPES.AAAA,
      edns: undefined,
      transport: 'udp',
      expected: [16, 488, 1],
    },
    {
      what: '5000 A over TCP',
      zone: many(5000),
      type: TYPES.A,
      edns: undefined,
      transport: 'tcp',
      expected: [4093, 65_528, 1],
    },
    {
      what: '5000 A over TCP with EDNS',
      zone: many(5000),
      type: TYPES.A,
      edns: 1232,
      transport: 'tcp',
      expected: [4092, 65_523, 1],
    },
  ] as const)('$what', ({ zone, type, edns, transport, expected }) => {
    const { bytes } = ask(query({ name, type, ...(edns !== undefined && { edns }) }), zone, transport);
    expect([bytes.readUInt16BE(6), bytes.length, flagsOf(bytes).tc]).toEqual(expected);
    const { answers, additionals } = sectionsOf(bytes);
    expect(answers).toHaveLength(expected[0]);
    expect(new Set(answers).size).toBe(expected[0]);
    expect(additionals).toEqual(edns === undefined ? [] : ['OPT']);
  });
});

test('a name of the greatest length still gets its negative answer', () => {
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(54)}.opsbro`;
  expect(wireName(longest)).toHaveLength(255);
  const { bytes, rcode } = ask(query({ name: longest }));
  expect(rcode).toBe('NXDOMAIN');
  expect(bytes.length).toBeLessThanOrEqual(512);
  expect(sectionsOf(bytes).authorities).toEqual([SOA]);
});

test('each of three nodes comes first about as often', () => {
  const zone = zoneOf([POOL[2] ?? member({ name: 'x', address: '::1' }), ...crowd(3)], seeded(7));
  const first = new Map<string, number>();
  const packet = query({ name: 'big.group.opsbro' });
  for (let run = 0; run < 3000; run++) {
    const { bytes } = ask(packet, zone);
    const address = bytes.subarray(packet.length + 12, packet.length + 16).join('.');
    first.set(address, (first.get(address) ?? 0) + 1);
  }
  expect(first.size).toBe(3);
  for (const count of first.values()) expect(Math.abs(count - 1000)).toBeLessThanOrEqual(100);
});
