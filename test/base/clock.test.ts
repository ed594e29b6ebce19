import { expect, test } from 'vitest';
import { delay, every } from '../../src/base/clock.ts';
import { SimulatedClock } from '../support/clock.ts';

test('every runs its task at each interval until disposed of', () => {
  const clock = new SimulatedClock();
  const at: number[] = [];
  const ticking = every(clock, 10, () => at.push(clock.now()));

  clock.run(35);
  ticking[Symbol.dispose]();
  clock.run(100);

  expect(at).toEqual([10, 20, 30]);
});

test('delay ends after its time', async () => {
  const clock = new SimulatedClock();
  const waiting = delay(clock, 5).then(() => clock.now());
  clock.run(10);
  expect(await waiting).toBe(10);
});

test('delay ends early with the reason of its signal', async () => {
  const clock = new SimulatedClock();
  const controller = new AbortController();
  const waiting = delay(clock, 5, controller.signal);
  controller.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  await expect(delay(clock, 5, controller.signal)).rejects.toThrow('stopping');
});

test('tasks of one instant run in the order they were set, also those set meanwhile', () => {
  const clock = new SimulatedClock();
  const ran: string[] = [];
  clock.after(5, () => {
    ran.push('a');
    clock.after(0, () => ran.push('d'));
  });
  clock.after(5, () => ran.push('b'));
  clock.after(4, () => ran.push('first'));
  clock.after(5, () => ran.push('c'));
  clock.run(5);
  expect(ran).toEqual(['first', 'a', 'b', 'c', 'd']);
});
