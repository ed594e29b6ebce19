import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keepLastAlive, lastAliveFile } from '../../src/agent/last-alive.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

test('an agent says every minute and at its end when it was at work', () => {
  using home = tempDirectory();
  const clock = new SimulatedClock(1_000_000);
  const said = () => Number(readFileSync(lastAliveFile(home.path), 'utf8'));
  const keeping = keepLastAlive(home.path, clock);
  expect(said()).toBe(1_000);
  clock.run(60_000);
  expect(said()).toBe(1_060);
  clock.run(30_000);
  keeping[Symbol.dispose]();
  expect(said()).toBe(1_090);
  clock.run(600_000);
  expect(said()).toBe(1_090);
});

test('a directory that cannot be written harms nobody', () => {
  using home = tempDirectory();
  keepLastAlive(`${home.path}/gone`, new SimulatedClock())[Symbol.dispose]();
});
