import { afterEach, describe, expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { type AnswerSettings, DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { Member } from '../../src/model/member.ts';
import { testWith } from '../support/services.ts';
import { dig, openPool } from './open-door.ts';
import { check, crowd, member, service } from './pool.ts';

const redis = (tag: string) => new Map([['redis', service({ port: 6379, tags: [tag] })]]);
const N1 = member({ name: 'n1', address: '10.0.0.1', groups: ['redis'], services: redis('master') });
const N2 = member({ name: 'n2', address: '10.0.0.2', groups: ['redis'], services: redis('slave') });
const N3 = member({ name: 'n3', address: 'fd00::3', groups: ['web'] });
const POOL: readonly [Member, ...Member[]] = [N1, N2, N3];
const GROUP = 'redis.group.dc1.opsbro';

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** A table of what `dig` is called with, and what its output holds. */
function sees(title: string, pool: readonly [Member, ...Member[]], rows: readonly (readonly [string, ...RegExp[]])[]) {
  testWith('dig', title, async (path) => {
    const { door } = await openPool(opened, pool);
    const look = async ([args, ...patterns]: readonly [string, ...RegExp[]]) => {
      const output = await dig(path, door.port, ...args.split(' '));
      for (const pattern of patterns) expect(output, args).toMatch(pattern);
      expect(output, args).not.toMatch(/malformed|Warning: .*bytes|parse error/i);
    };
    await Promise.all(rows.map(look));
  });
}

const ONE = /^10\.0\.0\.1\n$/;
const BOTH_SERVICES =
  /^(?=[\s\S]*^1 1 6379 n1\.node\.dc1\.opsbro\.$)(?=[\s\S]*^1 1 6379 n2\.node\.dc1\.opsbro\.$)(?:.*\n){2}$/m;
const SOA = /opsbro\.\s+5\s+IN\s+SOA\s+ns\.opsbro\. hostmaster\.opsbro\. \d+ 3600 600 86400 5/;
const counts = (answers: number, authorities: number) => new RegExp(`ANSWER: ${answers}, AUTHORITY: ${authorities}`);

describe('what dig sees', () => {
  sees('of what exists', POOL, [
    [GROUP, /flags: qr aa rd;/, /status: NOERROR/, counts(2, 0), /\s5\s+IN\s+A\s+10\.0\.0\.[12]\n/],
    ['rEdIs.GrOuP.dc1.OpSbRo', /^;rEdIs\.GrOuP\.dc1\.OpSbRo\./m, counts(2, 0)],
    ['n1.name.dc1.opsbro +short', ONE],
    ['n1.name.local.opsbro +short', ONE],
    ['n1.node.opsbro +short', ONE],
    ['N1.NODE.DC1.OPSBRO +short', ONE],
    ['n3.node.opsbro AAAA +short', /^fd00::3\n$/],
    ['opsbro SOA', counts(1, 0), SOA],
    ['opsbro NS', /IN\s+NS\s+ns\.opsbro\./, /ns\.opsbro\.\s+5\s+IN\s+A\s+10\.0\.0\.1/],
    ['ns.opsbro A +short', ONE],
    ['_redis._tcp.opsbro SRV +short', BOTH_SERVICES],
    ['_redis._tcp.service.dc1.opsbro SRV +short', BOTH_SERVICES],
    ['_redis._master.opsbro SRV +short', /^1 1 6379 n1\.node\.dc1\.opsbro\.\n$/],
    ['master.redis.service.opsbro A +short', ONE],
    ['0a000001.addr.opsbro A +short', ONE],
    ['redis.service.opsbro SRV', counts(2, 0), /ADDITIONAL: 3/, /1 1 6379 n2\.node\.dc1\.opsbro\./],
    ['-x 10.0.0.1 +short', /^n1\.node\.dc1\.opsbro\.\n$/],
    ['n1.node.opsbro TXT', /"zone=dc1"/, /"groups=redis"/],
    [`${GROUP} ANY +notcp`, counts(2, 0)],
    [`${GROUP} ANY +tcp`, counts(4, 0)],
  ]);

  sees('of what does not', POOL, [
    ['n1.name.dc1.opsbro AAAA', /status: NOERROR/, counts(0, 1), SOA],
    ['nope.group.dc1.opsbro', /status: NXDOMAIN/, counts(0, 1), SOA],
    ['redis.group.dc9.opsbro', /status: NXDOMAIN/, SOA],
    ['x.y.opsbro', /status: NXDOMAIN/, SOA],
    ['group.dc1.opsbro', /status: NOERROR/, counts(0, 1)],
    ['dc1.opsbro', /status: NOERROR/, counts(0, 1)],
    ['opsbro A', /status: NOERROR/, counts(0, 1)],
    ['example.com A', /status: REFUSED/, /flags: qr rd;/],
    ['master--and--slave.redis.service.opsbro', /status: NXDOMAIN/],
    ['0a000001.addr.opsbro AAAA', /status: NOERROR/, counts(0, 1)],
    ['zz.addr.opsbro', /status: NXDOMAIN/],
    ['-x 10.9.9.9', /status: NXDOMAIN/, /flags: qr rd;/],
    [`${GROUP} MX`, /status: NOERROR/, counts(0, 1)],
    [`${GROUP} TYPE65280`, /status: NOERROR/, counts(0, 1)],
    [`${GROUP} -c CH`, /status: REFUSED/],
  ]);
});

describe('what dig sees in special', () => {
  sees('of extensions', POOL, [
    [`${GROUP} +edns=1 +noednsnegotiation`, /status: BADVERS/, /ANSWER: 0/],
    [`${GROUP} +ednsopt=65001:00`, /status: NOERROR/, counts(2, 0)],
    [`${GROUP} +dnssec`, /flags: do; udp: 1232/, counts(2, 0)],
    [GROUP, /COOKIE: [0-9a-f]{32} \(good\)/],
  ]);

  sees(
    'of many',
    [N1, ...crowd(60)],
    [
      ['big.group.dc1.opsbro +noedns +ignore', /flags: qr aa tc rd;/, counts(29, 0), /MSG SIZE\s+rcvd: 502/],
      ['big.group.dc1.opsbro +nocookie +bufsize=1232', /flags: qr aa rd;/, counts(60, 0), /MSG SIZE\s+rcvd: 1009/],
      ['big.group.dc1.opsbro +tcp +noedns', counts(60, 0)],
    ],
  );

  sees(
    'of very many',
    [N1, ...crowd(5_000)],
    [['big.group.dc1.opsbro +tcp +noedns', /flags: qr aa tc rd;/, counts(4093, 0), /MSG SIZE\s+rcvd: 65526/]],
  );

  testWith('dig', 'of zone transfers: that they are not done', async (path) => {
    const { door } = await openPool(opened, POOL);
    const output = await dig(path, door.port, GROUP, 'AXFR', '+tcp').catch((error: { stdout: string }) => error.stdout);
    expect(output).toMatch(/Transfer failed|NOTIMP/);
    expect(door.counters.answers.get('tcp other NOTIMP')).toBe(1);
  });

  testWith('dig', 'of a group all of whose nodes are critical', async (path) => {
    const critical = POOL.map((one) => ({ ...one, checks: new Map([['disk', check('critical')]]) }));
    const pool = critical as unknown as typeof POOL;
    const seen = async (settings: Partial<AnswerSettings>) => {
      const { door } = await openPool(opened, pool, { settings: { ...DEFAULT_ANSWERS, ...settings } });
      return await dig(path, door.port, GROUP);
    };
    const nobody = await seen({});
    for (const pattern of [/status: NOERROR/, counts(0, 1), SOA]) expect(nobody).toMatch(pattern);
    expect(await seen({ failOpen: true })).toMatch(counts(2, 0));
    expect(await seen({ lists: 'any' })).toMatch(counts(2, 0));
  });

  testWith(
    'dig',
    'of a node that turns critical, and of one that dies: nothing from the next answer on',
    async (path) => {
      const { door, become } = await openPool(opened, POOL);
      const seen = async (name: string) =>
        (await dig(path, door.port, '+short', '+nocookie', name)).trim().split('\n').sort();
      expect(await seen(GROUP)).toEqual(['10.0.0.1', '10.0.0.2']);
      become({ ...N1, checks: new Map([['disk', check('critical')]]) });
      expect(await seen(GROUP)).toEqual(['10.0.0.2']);
      expect(await seen('n1.node.opsbro')).toEqual(['10.0.0.1']);
      become({ ...N2, state: 'suspect', settled: 'suspect' });
      expect(await seen(GROUP)).toEqual(['']);
      become(N1);
      become(N2);
      expect(await seen(GROUP)).toEqual(['10.0.0.1', '10.0.0.2']);
    },
  );
});
