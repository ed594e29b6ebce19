import { describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { AskerGuard } from '../../src/dns/asker.ts';
import { Cookies } from '../../src/dns/cookies.ts';
import { RateLimit } from '../../src/dns/rate-limit.ts';
import { Responder, written } from '../../src/dns/responder.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import { SimulatedClock } from '../support/clock.ts';
import { flagsOf, opt, query, wireName } from './packets.ts';
import { OPEN_DOOR, POOL, poolOf } from './pool.ts';

const PACKET = query({ name: 'redis.group.opsbro' });
const PRIVATE = ['127.0.0.0/8', '10.0.0.0/8', 'fe80::/10'];

function open(rateLimit = 10) {
  const clock = new SimulatedClock();
  const common = { membership: poolOf(POOL), isDrained: () => false, clock, random: seeded(1), log: silent };
  const responder = new Responder({ ...common, settings: DEFAULT_ANSWERS });
  const guard = new AskerGuard({ ...OPEN_DOOR, allow: PRIVATE, rateLimit }, clock, responder);
  return { clock, responder, guard };
}

/** What an address gets: `welcome`, nothing, or the code and TC of what it gets instead. */
function got(guard: AskerGuard, address: string, packet = PACKET) {
  const admission = guard.admitDatagram(packet, address);
  if (admission.kind === 'welcome') return 'welcome';
  if (!admission.answer) return 'nothing';
  const bytes = written(admission.answer, packet);
  return `code ${bytes.readUInt8(3) & 15} tc ${flagsOf(bytes).tc} size ${bytes.length - packet.length}`;
}

describe('somebody beyond this machine', () => {
  test('is refused outside the networks that may ask', () => {
    const { guard, responder } = open();
    expect(got(guard, '10.1.2.3')).toBe('welcome');
    expect(got(guard, 'fe80::1%eth0')).toBe('welcome');
    expect(got(guard, '8.8.8.8')).toBe('code 5 tc 0 size 0');
    expect(responder.counters.bad.get('not-allowed')).toBe(1);
  });

  test('gets so many answers, then every second time an empty one that sends it to TCP', () => {
    const { guard, clock, responder } = open();
    const twenty = Array.from({ length: 20 }, () => got(guard, '10.1.2.3'));
    expect(new Set(twenty)).toEqual(new Set(['welcome']));
    expect([1, 2, 3, 4].map(() => got(guard, '10.1.2.99'))).toEqual([
      'nothing',
      'code 0 tc 1 size 0',
      'nothing',
      'code 0 tc 1 size 0',
    ]);
    expect(got(guard, '10.1.3.1')).toBe('welcome');
    clock.run(100);
    expect(got(guard, '10.1.2.3')).toBe('welcome');
    expect(Object.fromEntries(responder.counters.limited)).toEqual({ nothing: 2, empty: 2 });
  });

  test('on this machine is never limited', () => {
    const { guard } = open(1);
    expect(new Set(Array.from({ length: 100 }, () => got(guard, '127.0.0.1')))).toEqual(new Set(['welcome']));
  });

  test('who shows our cookie is not limited', () => {
    const { guard, responder } = open(1);
    for (let i = 0; i < 5; i++) got(guard, '10.1.2.3');
    const client = [1, 2, 3, 4, 5, 6, 7, 8];
    const asking = (...cookie: readonly number[]) =>
      Buffer.from([
        ...[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1],
        ...[...wireName('redis.group.opsbro'), 0, 1, 0, 1],
        ...opt(1232, 0, [0, 10, 0, cookie.length, ...cookie]),
      ]);
    const first = asking(...client);
    const message = {
      packet: first,
      start: 0,
      end: first.length,
      transport: 'tcp',
      from: '10.1.2.3',
      mayForward: false,
    } as const;
    const response = responder.answer(message);
    if (response?.kind !== 'answer') throw new Error('no answer');
    const bytes = written(response.prepared, first);
    expect([...bytes.subarray(-20, -8)]).toEqual([0, 10, 0, 16, ...client]);
    expect(got(guard, '10.1.2.3', asking(...client, ...bytes.subarray(-8)))).toBe('welcome');
    expect(got(guard, '10.1.2.4', asking(...client, ...bytes.subarray(-8)))).not.toBe('welcome');
  });
});

test('cookies count for an hour or two', () => {
  const clock = new SimulatedClock();
  const cookies = new Cookies(clock);
  const whole = cookies.added(Buffer.alloc(23), Buffer.alloc(8, 1), '10.0.0.1').subarray(-16);
  const ages = [0, 3_600_000, 3_599_999, 3_600_000].map((ms) => {
    clock.run(ms);
    return cookies.isOurs(whole, '10.0.0.1');
  });
  expect(ages).toEqual([true, true, true, false]);
});

test('only so many networks are remembered', () => {
  const limit = new RateLimit(new SimulatedClock(), 1);
  const takeTwice = (address: string) => [limit.take(address), limit.take(address), limit.take(address)];
  expect(takeTwice('10.0.0.1')).toEqual(['whole', 'whole', 'nothing']);
  for (let i = 0; i < 10_000; i++) limit.take(`11.${i >> 8}.${i & 255}.1`);
  expect(limit.take('10.0.0.1')).toBe('whole');
});
