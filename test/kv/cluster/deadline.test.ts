import { expect, test } from 'vitest';
import { Deadline } from '../../../src/kv/cluster/deadline.ts';
import type { Wish } from '../../../src/kv/cluster/messages.ts';
import { SimulatedClock } from '../../support/clock.ts';

const GET: Wish = { op: 'get', key: 'k', copies: 'majority' };
const PUT: Wish = { op: 'put', key: 'k', value: Buffer.of(1), options: {}, copies: 'majority' };
const never = new Promise<string>(() => {});

test('a request ends in its time, and whether a write was done is told to be unknown', async () => {
  const clock = new SimulatedClock();
  const deadline = new Deadline(clock, 5_000);
  const ends = [deadline.within(GET, never), deadline.within(PUT, never)].map((end) => end.catch((error) => error));
  await clock.runAsync(4_999);
  expect(await Promise.race([...ends, 'none yet'])).toBe('none yet');
  await clock.runAsync(1);
  expect(await Promise.all(ends)).toEqual([
    expect.objectContaining({ code: 'quorum', details: {} }),
    expect.objectContaining({ code: 'quorum', details: { indeterminate: true } }),
  ]);
});

test('what is done in time is as it is', async () => {
  const clock = new SimulatedClock();
  const deadline = new Deadline(clock, 5_000);
  expect(await deadline.within(GET, Promise.resolve('done'))).toBe('done');
  await expect(deadline.within(GET, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
