import { expect, test } from 'vitest';
import { Agenda } from '../../src/base/agenda.ts';
import { SimulatedClock } from '../support/clock.ts';

test('what is on the agenda is done once, at its time, and one name has one time', () => {
  const clock = new SimulatedClock();
  using agenda = new Agenda(clock);
  const done: string[] = [];
  const put = (ms: number, name: string) => agenda.in(ms, name, () => done.push(`${name} ${clock.now()}`));
  put(3_000, 'a');
  put(1_000, 'b');
  put(2_000, 'c');
  put(4_000, 'a');
  agenda.atMostIn(5_000, 'a', () => done.push('never'));
  agenda.atMostIn(500, 'b', () => done.push(`sooner ${clock.now()}`));
  agenda.cancel('c');
  expect(agenda.left('a')).toBe(4_000);
  clock.run(10_000);
  expect(done).toEqual(['sooner 500', 'a 4000']);
});

test('what is put while others are done is done in its turn', () => {
  const clock = new SimulatedClock();
  using agenda = new Agenda(clock);
  const done: number[] = [];
  const again = (): void => {
    done.push(clock.now());
    if (done.length < 3) agenda.in(100, 'again', again);
  };
  agenda.in(0, 'again', again);
  clock.run(1_000);
  expect(done).toEqual([0, 100, 200]);
});
