import { expect, test } from 'vitest';
import { Failures } from '../../src/access/failures.ts';
import { SimulatedClock } from '../support/clock.ts';

function failing() {
  const clock = new SimulatedClock();
  const failures = new Failures(clock);
  const fail = (address: string, times: number) => {
    for (let time = 0; time < times; time++) failures.note(address);
  };
  return { clock, failures, fail };
}

test('the tenth wrong token within a minute closes the gate to that address for a minute', () => {
  const { clock, failures, fail } = failing();

  fail('10.0.0.1', 9);
  expect(failures.blockedFor('10.0.0.1')).toBe(0);
  fail('10.0.0.1', 1);
  expect(failures.blockedFor('10.0.0.1')).toBe(60_000);
  expect(failures.blockedFor('10.0.0.2')).toBe(0);
  clock.run(60_000);
  expect(failures.blockedFor('10.0.0.1')).toBe(0);
});

test('wrong tokens of the minute before do not count', () => {
  const { clock, failures, fail } = failing();

  fail('10.0.0.1', 9);
  clock.run(60_000);
  fail('10.0.0.1', 9);
  expect(failures.blockedFor('10.0.0.1')).toBe(0);
});

test('who has a network of IPv6 has no fresh tries for each of its addresses', () => {
  const { failures, fail } = failing();

  for (let host = 1; host <= 10; host++) fail(`2001:db8:0:1::${host}`, 1);
  expect(failures.blockedFor('2001:db8:0:1::ffff')).toBe(60_000);
  expect(failures.blockedFor('2001:db8:0:2::1')).toBe(0);
});

test('IPv4 addresses are told apart, also where IPv6 carries them', () => {
  const { failures, fail } = failing();

  fail('::ffff:10.0.0.1', 10);
  expect(failures.blockedFor('::ffff:10.0.0.2')).toBe(0);
});

test('a million addresses take no more room than some thousand', () => {
  const { failures, fail } = failing();

  fail('10.0.0.1', 10);
  for (let at = 0; at < 5_000; at++) fail(`10.1.${at >> 8}.${at & 255}`, 1);
  // The one that came first was forgotten.
  expect(failures.blockedFor('10.0.0.1')).toBe(0);
});
