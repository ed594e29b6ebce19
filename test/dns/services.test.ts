import { describe, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import type { Transport } from '../../src/dns/answer.ts';
import type { AnswerSettings } from '../../src/dns/settings.ts';
import type { Member, ServiceSummary } from '../../src/model/member.ts';
import { query, sectionsOf, TYPES } from './packets.ts';
import { check, member, outcomeOf, service, zoneOf } from './pool.ts';

const redis = (tag: string, over: Partial<ServiceSummary> = {}) =>
  new Map([['redis', service({ port: 6379, tags: [tag], ...over })]]);

const N1 = member({ name: 'n1', address: '10.0.0.1', groups: ['redis'], services: redis('master') });
const N2 = member({ name: 'n2', address: '10.0.0.2', groups: ['redis'], services: redis('slave') });
const N3 = member({ name: 'n3', address: 'fd00::3', groups: ['web'] });
const POOL: readonly [Member, ...Member[]] = [N1, N2, N3];

interface Asked {
  readonly pool?: readonly [Member, ...Member[]];
  readonly settings?: Partial<AnswerSettings>;
  readonly transport?: Transport;
  readonly type?: number;
}

/** The code and the sorted sections of what a name gives. */
function ask(name: string, { pool = POOL, settings = {}, transport = 'udp', type = TYPES.A }: Asked = {}) {
  const outcome = outcomeOf(query({ name, type, edns: 4096 }), zoneOf(pool, seeded(3), settings), transport);
  if (outcome.kind !== 'answer') throw new Error(outcome.bad);
  const { answers, authorities, additionals } = sectionsOf(outcome.bytes);
  return {
    rcode: outcome.rcode,
    values: answers.map((record) => record.split(' ').slice(2).join(' ')).sort(),
    authorities,
    additionals: additionals.filter((record) => record !== 'OPT').sort(),
  };
}

const SRV_1 = '1 1 6379 n1.node.dc1.opsbro';
const SRV_2 = '1 1 6379 n2.node.dc1.opsbro';
const srv = { type: TYPES.SRV };

describe('names of services', () => {
  test.each([
    ['redis.service.opsbro', ['10.0.0.1', '10.0.0.2']],
    ['REDIS.Service.dc1.opsbro', ['10.0.0.1', '10.0.0.2']],
    ['master.redis.service.opsbro', ['10.0.0.1']],
    ['master--and--master.redis.service.local.opsbro', ['10.0.0.1']],
    ['0a000001.addr.opsbro', ['10.0.0.1']],
    ['c0a80101.addr.dc1.opsbro', ['192.168.1.1']],
  ])('%s', (name, addresses) => {
    expect(ask(name)).toMatchObject({ rcode: 'NOERROR', values: addresses });
  });

  test.each([
    ['redis.service.opsbro', [SRV_1, SRV_2]],
    ['_redis._tcp.opsbro', [SRV_1, SRV_2]],
    ['_redis._tcp.service.dc1.opsbro', [SRV_1, SRV_2]],
    ['_redis._tcp.dc1.opsbro', [SRV_1, SRV_2]],
    ['_redis._master.opsbro', [SRV_1]],
    ['redis.group.opsbro', [SRV_1, SRV_2]],
  ])('%s SRV', (name, records) => {
    const addresses = records.map((record) => (record === SRV_1 ? '10.0.0.1' : '10.0.0.2'));
    const glue = addresses.map((address) => `n${address.at(-1)}.node.dc1.opsbro 5 ${address}`);
    expect(ask(name, srv)).toMatchObject({ rcode: 'NOERROR', values: records, additionals: glue });
  });

  test.each([
    ['master--and--slave.redis.service.opsbro', 'NXDOMAIN'],
    ['nope.redis.service.opsbro', 'NXDOMAIN'],
    ['nope.service.opsbro', 'NXDOMAIN'],
    ['redis.service.dc9.opsbro', 'NXDOMAIN'],
    ['_redis._udp.opsbro', 'NXDOMAIN'],
    ['_redis._nope.opsbro', 'NXDOMAIN'],
    ['zz.addr.opsbro', 'NXDOMAIN'],
    ['0a0000.addr.opsbro', 'NXDOMAIN'],
    ['0a000001.addr.dc9.opsbro', 'NXDOMAIN'],
    ['group.dc9.opsbro', 'NXDOMAIN'],
    ['_nope.opsbro', 'NXDOMAIN'],
    ['service.opsbro', 'NOERROR'],
    ['service.dc1.opsbro', 'NOERROR'],
    ['addr.opsbro', 'NOERROR'],
    ['_tcp.opsbro', 'NOERROR'],
    ['_udp.service.dc1.opsbro', 'NOERROR'],
    ['_master.opsbro', 'NOERROR'],
  ])('%s gives nothing: %s', (name, rcode) => {
    const soa = 'opsbro 5 SOA ns.opsbro hostmaster.opsbro 1700000000 3600 600 86400 5';
    expect(ask(name)).toEqual({ rcode, values: [], authorities: [soa], additionals: [] });
  });
});

describe('what services say', () => {
  test('an address that is spelled has only its own family', () => {
    expect(ask('0a000001.addr.opsbro', { type: TYPES.AAAA })).toMatchObject({ rcode: 'NOERROR', values: [] });
    const name = `${'fd'}${'0'.repeat(29)}7.addr.opsbro`;
    expect(ask(name, { type: TYPES.AAAA }).values).toEqual(['fd00::7']);
  });

  test('they tell of themselves in texts', () => {
    const pool = [{ ...N1, services: redis('b', { meta: new Map([['rack', 'r1']]) }) }] as const;
    expect(ask('redis.service.opsbro', { pool, type: TYPES.TXT }).values).toEqual(['rack=r1', 'tags=b']);
  });

  test('they have an address, a protocol and weights of their own', () => {
    const weights = { passing: 7, warning: 2 };
    const own = (state: ServiceSummary['state']) =>
      [{ ...N1, services: redis('a', { address: '10.9.9.9', protocol: 'udp', weights, state }) }] as const;
    expect(ask('_redis._tcp.opsbro', { pool: own('ok'), ...srv }).rcode).toBe('NXDOMAIN');
    expect(ask('_redis._udp.opsbro', { pool: own('ok'), ...srv })).toMatchObject({
      values: ['1 7 6379 0a090909.addr.dc1.opsbro'],
      additionals: ['0a090909.addr.dc1.opsbro 5 10.9.9.9'],
    });
    expect(ask('_redis._udp.opsbro', { pool: own('warning'), ...srv }).values).toEqual([
      '1 2 6379 0a090909.addr.dc1.opsbro',
    ]);
    expect(ask('redis.service.opsbro', { pool: own('ok') }).values).toEqual(['10.9.9.9']);
  });

  test('a node whose name no host could have is the target by its address', () => {
    const pool = [member({ name: 'bad_name', address: '10.0.0.8', services: redis('a') })] as const;
    expect(ask('redis.service.opsbro', { pool, ...srv }).values).toEqual(['1 1 6379 0a000008.addr.dc1.opsbro']);
  });
});

describe('who is left out', () => {
  const bad = (state: 'critical' | 'warning', hard = true) =>
    [{ ...N1, checks: new Map([['disk', check(state, hard)]]) }, N2] as const;
  const badService = [{ ...N1, services: redis('a', { state: 'critical' }) }, N2] as const;
  const both = ['10.0.0.1', '10.0.0.2'];

  test.each<[string, string, Asked, readonly string[]]>([
    ['a critical node', 'redis.group.opsbro', { pool: bad('critical') }, ['10.0.0.2']],
    ['a critical node from services', 'redis.service.opsbro', { pool: bad('critical') }, ['10.0.0.2']],
    ['nobody whose fault is not confirmed', 'redis.group.opsbro', { pool: bad('critical', false) }, both],
    ['no node in warning', 'redis.group.opsbro', { pool: bad('warning') }, both],
    [
      'a node in warning, if so wished',
      'redis.group.opsbro',
      { pool: bad('warning'), settings: { lists: 'warning' } },
      ['10.0.0.2'],
    ],
    ['nobody, if so wished', 'redis.group.opsbro', { pool: bad('critical'), settings: { lists: 'any' } }, both],
    ['no critical node from its own name', 'n1.node.opsbro', { pool: bad('critical') }, ['10.0.0.1']],
    [
      'a critical node from its own name, if so wished',
      'n1.node.opsbro',
      { pool: bad('critical'), settings: { names: 'critical' } },
      [],
    ],
    ['a critical service', 'redis.service.opsbro', { pool: badService }, ['10.0.0.2']],
    ['no critical service from the group', 'redis.group.opsbro', { pool: badService }, both],
  ])('%s', (_, name, asked, addresses) => {
    expect(ask(name, asked)).toMatchObject({ rcode: 'NOERROR', values: addresses });
  });

  test('all of them are given when that is wished and nobody would be left', () => {
    const pool = [{ ...N1, checks: new Map([['disk', check('critical')]]) }] as const;
    expect(ask('redis.group.opsbro', { pool }).authorities).toHaveLength(1);
    expect(ask('redis.group.opsbro', { pool, settings: { failOpen: true } }).values).toEqual(['10.0.0.1']);
    expect(ask('redis.service.opsbro', { pool, settings: { failOpen: true } }).values).toEqual(['10.0.0.1']);
  });
});

describe('names of addresses', () => {
  const name = '1.0.0.10.in-addr.arpa';

  test('are those of the nodes and of services with that address', () => {
    const pool = [N1, { ...N2, services: redis('a', { address: '10.0.0.1' }) }, N3] as const;
    expect(ask(name, { pool, type: TYPES.PTR }).values).toEqual(['n1.node.dc1.opsbro', 'redis.service.dc1.opsbro']);
    const v6 = `3.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`;
    expect(ask(v6, { type: TYPES.PTR }).values).toEqual(['n3.node.dc1.opsbro']);
  });

  test('of unknown addresses are not ours to deny', () => {
    const outcome = outcomeOf(query({ name: '9.9.9.10.in-addr.arpa', type: TYPES.PTR }), zoneOf(POOL));
    expect(outcome).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(outcome.kind === 'answer' && outcome.bytes.readUInt16BE(2) & 0x0400).toBe(0);
    expect(ask('9.9.9.10.in-addr.arpa', { type: TYPES.PTR }).authorities).toEqual([]);
  });

  test.each(['300.0.0.10.in-addr.arpa', 'x.ip6.arpa', '1.2.3.4.5.in-addr.arpa'])('%s is none', (each) => {
    expect(ask(each, { type: TYPES.PTR }).rcode).toBe('REFUSED');
  });
});

describe('settings', () => {
  test('further domains give the same names, and answer in the one that was asked', () => {
    const settings = { domains: ['.opsbro', 'Example.org.', 'node.example.org'] };
    expect(ask('n1.name.example.org', { settings }).values).toEqual(['10.0.0.1']);
    expect(ask('redis.service.example.org', { settings, ...srv }).additionals[0]).toContain('n1.node.dc1.example.org');
    expect(ask('n1.name.node.example.org', { settings }).values).toEqual(['10.0.0.1']);
    expect(ask('x.example.org', { settings }).authorities[0]).toContain('example.org 5 SOA ns.example.org');
  });

  test('so many addresses and no more', () => {
    const settings = { maxAnswers: 1 };
    const outcome = outcomeOf(query({ name: 'redis.group.opsbro' }), zoneOf(POOL, seeded(1), settings));
    expect(outcome).toMatchObject({ isTruncated: false });
    expect(ask('redis.group.opsbro', { settings }).values).toHaveLength(1);
  });

  test('the times to live of what is and of what is not', () => {
    const settings = { ttl: 77, negativeTtl: 33 };
    const zone = zoneOf(POOL, seeded(1), settings);
    const sections = (name: string) => {
      const outcome = outcomeOf(query({ name }), zone);
      return outcome.kind === 'answer' ? sectionsOf(outcome.bytes) : undefined;
    };
    expect(sections('n1.node.opsbro')?.answers).toEqual(['n1.node.opsbro 77 10.0.0.1']);
    expect(sections('x.node.opsbro')?.authorities[0]).toMatch(/^opsbro 33 SOA .* 33$/);
  });
});

test('targets of many services are left without addresses rather than without records', () => {
  const many = Array.from({ length: 40 }, (_, i) =>
    member({ name: `s${i}`, address: `10.2.0.${i}`, services: redis('a') }),
  );
  const pool = [N3, ...many] as const;
  const outcome = outcomeOf(query({ name: 'redis.service.opsbro', ...srv, edns: 1232 }), zoneOf(pool));
  if (outcome.kind !== 'answer') throw new Error('dropped');
  const { answers, additionals } = sectionsOf(outcome.bytes);
  expect(outcome.bytes.length).toBeLessThanOrEqual(1232);
  expect([answers.length, outcome.isTruncated]).toEqual([30, true]);
  expect(additionals.length).toBeLessThan(4);
  const whole = ask('redis.service.opsbro', { pool, ...srv, transport: 'tcp' });
  expect([whole.values.length, whole.additionals.length]).toEqual([40, 40]);
});
