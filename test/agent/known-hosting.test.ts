import { expect, test } from 'vitest';
import { z } from 'zod';
import { KnownHosting } from '../../src/agent/known-hosting.ts';
import { defineHostingDriver, type Hosting } from '../../src/plugins/kinds.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeHost } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const NAMES = ['cloud', 'other'] as const;

/** A machine with two hosting drivers that say what is given, and counts of how often each was asked. */
async function machine(answers: Record<(typeof NAMES)[number], Hosting | Error>) {
  const temporary = tempDirectory();
  const clock = new SimulatedClock();
  const asked = { cloud: 0, other: 0 };
  const drivers = NAMES.map((name) =>
    defineHostingDriver({
      name,
      layer: 3,
      description: 'Made up.',
      options: z.object({}),
      configure: () => async () => {
        asked[name] += 1;
        const answer = answers[name];
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
  );
  const known = await KnownHosting.ask({ data: temporary.path, drivers, host: fakeHost({ clock }), clock });
  return { known, clock, asked, answers, [Symbol.dispose]: () => temporary[Symbol.dispose]() };
}

const SILENT = new Error('no answer');

test('a metadata service that is silent at the start is asked again every five minutes until it answers', async () => {
  using world = await machine({ cloud: SILENT, other: { isActive: false } });
  const { known, clock, asked, answers } = world;
  const { active } = known;
  let found = 0;
  await using _ = known.keepAsking(() => {
    found += 1;
  });
  expect([known.main, active.size]).toEqual([undefined, 0]);
  await clock.runAsync(299_000);
  expect(asked).toEqual({ cloud: 1, other: 1 });
  await clock.runAsync(301_000);
  expect([asked, found]).toEqual([{ cloud: 3, other: 1 }, 0]);
  answers.cloud = { isActive: true, publicAddress: '203.0.113.9' };
  await clock.runAsync(300_000);
  expect(known.main).toEqual({ name: 'cloud', isActive: true, publicAddress: '203.0.113.9', reason: '' });
  expect([[...active], found]).toEqual([['cloud'], 1]);
  await clock.runAsync(3_600_000);
  expect(asked).toEqual({ cloud: 4, other: 1 });
});

test('an address that comes late is known, though the driver was active before', async () => {
  using world = await machine({ cloud: { isActive: true, reason: 'no answer' }, other: { isActive: false } });
  const { known, clock, answers } = world;
  let found = 0;
  await using _ = known.keepAsking(() => {
    found += 1;
  });
  answers.cloud = { isActive: true, publicAddress: '203.0.113.9' };
  await clock.runAsync(300_000);
  expect([known.main?.publicAddress, found]).toEqual(['203.0.113.9', 0]);
});

test('nobody is asked again when all answered, nor after the end', async () => {
  using calm = await machine({ cloud: { isActive: false }, other: { isActive: false } });
  await using _ = calm.known.keepAsking(() => {});
  await calm.clock.runAsync(3_600_000);
  expect(calm.asked).toEqual({ cloud: 1, other: 1 });

  using ended = await machine({ cloud: SILENT, other: { isActive: false } });
  await ended.known.keepAsking(() => {})[Symbol.asyncDispose]();
  await ended.clock.runAsync(3_600_000);
  expect(ended.asked).toEqual({ cloud: 1, other: 1 });
});
