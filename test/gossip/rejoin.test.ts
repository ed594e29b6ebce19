import { expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { Rejoin } from '../../src/gossip/rejoin.ts';
import { SimulatedClock } from '../support/clock.ts';

/** A lonely node whose attempts to join end as `join` says, with what was logged. */
function lonely(join: (address: string) => Promise<string | undefined>, seeds: readonly string[]) {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const log = {
    ...silent,
    debug: (fields: object) => void lines.push(`debug ${JSON.stringify(fields)}`),
    warn: (_: object, text: string) => void lines.push(`warn ${text}`),
  };
  const lastSeen = () => ['old:1'];
  const rejoin = new Rejoin(
    { clock, random: () => 0.5, log, join, isAlone: () => true, lastSeen, tried: () => {} },
    seeds,
  );
  return { clock, lines, rejoin };
}

test('a seed that cannot be joined is warned of once, and then still tried', async () => {
  const { clock, lines, rejoin } = lonely(async (address) => `${address}: nobody listens there`, ['a:1', 'b:1']);
  await rejoin.start();
  expect(lines).toEqual([
    'debug {"address":"old:1","error":"old:1: nobody listens there"}',
    'warn seed "a:1" could not be joined: a:1: nobody listens there; it is tried again',
    'warn seed "b:1" could not be joined: b:1: nobody listens there; it is tried again',
  ]);
  lines.length = 0;
  await clock.runAsync(1_000);
  expect(lines.map((line) => line.slice(0, 23))).toEqual([
    'debug {"address":"old:1',
    'debug {"address":"a:1",',
    'debug {"address":"b:1",',
  ]);
  rejoin[Symbol.dispose]();
});

test('nobody is warned of an attempt that the end of the agent cut short', async () => {
  const { lines, rejoin } = lonely(async () => {
    rejoin[Symbol.dispose]();
    return 'cut short';
  }, ['a:1']);
  await rejoin.start();
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([]);
});

test('one that somebody found before it looked asks for all others before it counts them as dead', async () => {
  const steps: string[] = [];
  const rejoin = new Rejoin(
    {
      clock: new SimulatedClock(),
      random: () => 0.5,
      log: silent,
      join: async (address) => void steps.push(`join ${address}`),
      isAlone: () => false,
      lastSeen: () => ['old:1'],
      tried: () => steps.push('tried'),
    },
    ['a:1'],
  );
  await rejoin.start();
  expect(steps).toEqual(['join old:1', 'tried']);
  rejoin[Symbol.dispose]();
});
