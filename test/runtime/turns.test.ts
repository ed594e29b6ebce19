import { expect, test } from 'vitest';
import { Turns } from '../../src/runtime/turns.ts';
import { SimulatedClock } from '../support/clock.ts';
import { never } from '../support/host.ts';

test('turns are given in their order, a gap apart', async () => {
  const clock = new SimulatedClock();
  const turns = new Turns(clock, () => 50);
  const taken: [string, number][] = [];
  for (const name of ['a', 'b', 'c']) void turns.take(never).then(() => taken.push([name, clock.now()]));
  await clock.runAsync(1_000);
  void turns.take(never).then(() => taken.push(['d', clock.now()]));
  await clock.runAsync(0);
  expect(taken).toEqual([
    ['a', 0],
    ['b', 50],
    ['c', 100],
    ['d', 1_000],
  ]);
});

test('who gives up leaves the turn to the next', async () => {
  const clock = new SimulatedClock();
  const turns = new Turns(clock, () => 50);
  const abort = new AbortController();
  const taken: [string, number][] = [];
  void turns.take(never);
  const given = turns.take(abort.signal).catch((error: Error) => error.message);
  void turns.take(never).then(() => taken.push(['c', clock.now()]));
  await clock.runAsync(20);
  abort.abort(new Error('enough'));
  await clock.runAsync(100);
  expect(await given).toBe('enough');
  expect(taken).toEqual([['c', 50]]);
});
