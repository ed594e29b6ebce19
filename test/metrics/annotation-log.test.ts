import { expect, test } from 'vitest';
import { AnnotationLog } from '../../src/metrics/annotation-log.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

async function setUp({ shelf = memoryShelf(), clock = new SimulatedClock() } = {}) {
  return { shelf, clock, log: await AnnotationLog.open(shelf, clock) };
}

test('annotations are kept in the order of their time, over a restart too, and numbered on', async () => {
  const first = await setUp();
  expect(first.log.add({ what: 'deployed', when: 1_699_999_999, tags: ['web', 'web', 'eu'], data: 'v2' })).toBe(1);
  const { log } = await setUp({ shelf: memoryShelf(first.shelf.content) });
  expect(log.add({ what: 'before', when: 1_699_999_000 })).toBe(2);
  expect(log.add({ what: 'now' })).toBe(3);
  expect((await log.list()).map(({ what, when }) => `${what} ${when}`)).toEqual([
    'before 1699999000',
    'deployed 1699999999',
    'now 1700000000',
  ]);
  expect(await log.get(1)).toEqual({
    ...{ id: 1, what: 'deployed', when: 1_699_999_999 },
    ...{ tags: ['web', 'eu'], data: 'v2' },
  });
  expect(await log.get(4)).toBeUndefined();
});

test.each([
  [{}, 'a b c'],
  [{ from: 20 }, 'b c'],
  [{ from: 20, until: 20 }, 'b'],
  [{ tags: ['x', 'y'] }, 'a b'],
  [{ tags: ['x', 'y'], set: 'intersection' }, 'b'],
  [{ tags: [] }, 'a b c'],
] as const)('of a query of %j come %s', async (query, found) => {
  const { log } = await setUp();
  log.add({ what: 'a', when: 10, tags: ['x'] });
  log.add({ what: 'b', when: 20, tags: ['x', 'y'] });
  log.add({ what: 'c', when: 30, tags: [] });
  expect((await log.list(query)).map(({ what }) => what).join(' ')).toBe(found);
});

test('what is older than a year or of another form is dropped at the start, and long texts are cut', async () => {
  const old = { id: 8, what: 'old', when: 1_600_000_000, tags: [], data: '' };
  const { log, shelf } = await setUp({
    shelf: memoryShelf([
      ['1', 'x'],
      ['8', old],
    ]),
  });
  expect(shelf.content.size).toBe(0);
  const id = log.add({
    what: 'w'.repeat(1_000),
    data: 'd'.repeat(10_000),
    tags: Array.from({ length: 99 }, (_, at) => `t${at}`),
  });
  expect(id).toBe(9);
  const kept = await log.get(id);
  expect([kept?.what.length, kept?.data.length, kept?.tags.length]).toEqual([512, 8_192, 50]);
});
