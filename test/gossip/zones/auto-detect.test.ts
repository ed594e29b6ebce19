import { expect, test } from 'vitest';
import { silent } from '../../../src/base/log.ts';
import { AutoDetect } from '../../../src/gossip/zones/auto-detect.ts';
import type { Detected } from '../../../src/model/pool.ts';
import { SimulatedClock } from '../../support/clock.ts';

const node = (name: string, over: Partial<Detected> = {}): Detected => ({
  ...{ id: `id-${name}`, name, zone: 'internet', address: `10.0.0.${name.charCodeAt(0)}`, port: 6_768, isProxy: false },
  groups: [],
  ...over,
});

/** A node that looks for others, alone until it joined. */
function looking(
  there: () => readonly Detected[],
  own: { readonly isProxy?: boolean; readonly isAlone?: boolean } = {},
) {
  const clock = new SimulatedClock();
  const searches: number[] = [];
  const joined: string[] = [];
  const warnings: unknown[] = [];
  const search = new AutoDetect({
    clock,
    log: { ...silent, warn: (fields) => void warnings.push(fields) },
    isProxy: own.isProxy === true,
    zone: () => 'internet',
    isAlone: () => own.isAlone !== false && joined.length === 0,
    async search(timeoutMs) {
      searches.push(clock.now());
      await new Promise<void>((resolve) => void clock.after(timeoutMs, resolve));
      return there();
    },
    join: async (address) => void joined.push(address),
  });
  void search.start();
  const run = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.run(1_000);
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    }
  };
  return { run, search, searches, joined, warnings };
}

test('a proxy that is there is joined after the first window', async () => {
  const { run, joined, searches } = looking(() => [node('b'), node('c', { isProxy: true })]);
  await run(60);
  expect([joined, searches]).toEqual([['10.0.0.99:6768'], [0]]);
});

test('without a proxy any node is joined when three windows are over', async () => {
  const { run, joined, searches } = looking(() => [node('b'), node('a')]);
  await run(24);
  expect(joined).toEqual([]);
  await run(2);
  expect([joined, searches]).toEqual([['10.0.0.98:6768'], [0, 10_000, 20_000]]);
});

test('a proxy joins any node at once', async () => {
  const { run, joined } = looking(() => [node('b')], { isProxy: true });
  await run(6);
  expect(joined).toEqual(['10.0.0.98:6768']);
});

test('nodes of another zone are not joined, plain serf agents are', async () => {
  const { run, joined } = looking(() => [node('p', { zone: 'lan', isProxy: true }), node('s', { id: '', zone: '' })]);
  await run(30);
  expect(joined).toEqual(['10.0.0.115:6768']);
});

test('who is not alone does not ask, nor does who has ended', async () => {
  const company = looking(() => [], { isAlone: false });
  const ended = looking(() => []);
  ended.search[Symbol.dispose]();
  await company.run(60);
  await ended.run(60);
  expect([company.searches, ended.searches]).toEqual([[], [0]]);
});

test('a network that cannot be asked is told once, and tried again', async () => {
  let tries = 0;
  const { run, warnings } = looking(() => {
    tries += 1;
    throw new Error('gossip listens at 127.0.0.1 only');
  });
  await run(60);
  expect(tries).toBe(6);
  expect(warnings).toEqual([{ why: 'gossip listens at 127.0.0.1 only' }]);
});
