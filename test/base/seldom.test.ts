import { expect, test } from 'vitest';
import { Seldom } from '../../src/base/seldom.ts';
import { SimulatedClock } from '../support/clock.ts';

test('each source has its turn once a minute', () => {
  const clock = new SimulatedClock();
  const seldom = new Seldom(clock);
  expect([seldom.isTimeFor('a'), seldom.isTimeFor('a'), seldom.isTimeFor('b')]).toEqual([true, false, true]);
  clock.run(60_000);
  expect(seldom.isTimeFor('a')).toBe(true);
});

test('a flood of sources gets no more turns than are remembered, and the others have theirs a minute later', () => {
  const clock = new SimulatedClock();
  const seldom = new Seldom(clock);
  const turns = Array.from({ length: 5_000 }, (_, source) => seldom.isTimeFor(`s${source}`)).filter(Boolean).length;
  expect(turns).toBe(1_024);
  clock.run(60_000);
  expect(seldom.isTimeFor('s4999')).toBe(true);
});
