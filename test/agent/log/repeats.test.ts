import { expect, test } from 'vitest';
import type { LogLevel } from '../../../src/agent/log/level.ts';
import { Repeats } from '../../../src/agent/log/repeats.ts';
import { SimulatedClock } from '../../support/clock.ts';

function watching() {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const repeats = new Repeats(clock, ({ sentence }) => lines.push(sentence));
  const say = (sentence: string, level: LogLevel = 'WARNING', facts: Record<string, unknown> = {}) =>
    repeats.take({ level, at: clock.wall(), origin: 'dns', sentence, facts });
  return { clock, lines, repeats, say };
}

const times = (count: number, task: (number: number) => void) => Array.from({ length: count }, (_, n) => task(n));

test('what is said too often is counted, and one line tells how often when the minute is over', () => {
  const { clock, lines, say } = watching();
  times(25, (n) => say('refused', 'WARNING', { from: n }));
  expect(lines).toHaveLength(10);
  clock.run(60_000);
  expect(lines.slice(10)).toEqual(['refused (repeated 15 times)']);
  say('refused');
  expect(lines.at(-1)).toBe('refused');
});

test('ten a minute are all written, for hours', () => {
  const { clock, lines, say } = watching();
  times(120, () => {
    times(10, () => say('slow'));
    clock.run(60_000);
  });
  expect(lines).toHaveLength(1_200);
});

test.each([
  ['warnings with other facts are the same', 'WARNING', 10],
  ['what is no warning is another thing with other facts', 'INFO', 30],
  ['debug lines are all wanted', 'DEBUG', 30],
] as const)('%s', (_, level, written) => {
  const { lines, say } = watching();
  times(30, (n) => say('joined', level, { n }));
  expect(lines).toHaveLength(written);
});

test('other messages are not held back by those that are', () => {
  const { lines, say } = watching();
  times(20, () => say('refused'));
  say('broken', 'ERROR');
  expect(lines.at(-1)).toBe('broken');
});

test('a stop does not forget what was held back', () => {
  const { lines, repeats, say } = watching();
  times(12, () => say('refused'));
  repeats[Symbol.dispose]();
  expect(lines.at(-1)).toBe('refused (repeated 2 times)');
});

test('any number of different messages takes bounded memory and none is lost', () => {
  const { lines, say } = watching();
  times(5_000, (n) => say(`message ${n}`));
  expect(lines).toHaveLength(5_000);
});
