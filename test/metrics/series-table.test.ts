import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tail } from '../../src/metrics/point-room.ts';
import { Series } from '../../src/metrics/series.ts';
import { SeriesTable } from '../../src/metrics/series-table.ts';
import type { Layout } from '../../src/model/series.ts';

const LAYOUT: Layout = { archives: [{ step: 10, points: 360 }], method: 'average', xFilesFactor: 0 };
const HOURS: Layout = { ...LAYOUT, archives: [{ step: 3_600, points: 24 }] };

const facts = (id: number, layout = LAYOUT) =>
  ({ id, name: `s${id}`, layout, former: [], origin: 'own', hasBlocks: false }) as const;

/** What the points of some tails come to: of each slot the last one. */
const slotsOf = (tails: readonly Tail[]) =>
  new Map(tails.flatMap(({ times, values }) => Array.from(times, (time, at) => [time, values[at]] as const)));

const sorted = (slots: ReadonlyMap<number, number | undefined>) => [...slots].sort(([a], [b]) => a - b);

type Slots = Map<number, number>;

/** One series as plain maps have it. */
class Plain {
  waiting: Slots = new Map();
  /** What is on its way to blocks. */
  storing: Slots | undefined;

  stored(outcome: 'done' | 'failed'): void {
    if (outcome === 'failed') this.waiting = new Map([...(this.storing ?? []), ...this.waiting]);
    this.storing = undefined;
  }

  get seen(): Slots {
    return new Map([...(this.storing ?? []), ...this.waiting]);
  }
}

const point = fc.record({ series: fc.nat(2), slot: fc.nat(30), value: fc.nat(99) });
const order = fc.record({ series: fc.nat(2), what: fc.constantFrom('begin', 'done', 'failed', 'tidy') });
type Step =
  | { series: number; slot: number; value: number }
  | { series: number; what: 'begin' | 'done' | 'failed' | 'tidy' };

/** Does one thing to a series of a table and to the plain one, and looks whether the table tells of it truly. */
function take(table: SeriesTable, place: number, plain: Plain, step: Step): void {
  const before = table.waitingOf(place);
  if ('slot' in step) {
    const more = table.add(place, step.slot * 10 + 3, step.value);
    plain.waiting.set(step.slot * 10, step.value);
    expect(table.waitingOf(place)).toBe(before + more);
  } else if (step.what === 'begin' && !plain.storing) {
    const tail = table.beginStoring(place);
    expect(tail.times.length).toBe(before);
    expect(sorted(slotsOf([tail]))).toEqual(sorted(plain.waiting));
    [plain.storing, plain.waiting] = [plain.waiting, new Map()];
  } else if ((step.what === 'done' || step.what === 'failed') && plain.storing) {
    const back = step.what === 'failed' ? (table.tailsOf(place)[0]?.times.length ?? 0) : 0;
    table.stored(place, step.what);
    plain.stored(step.what);
    expect(table.waitingOf(place)).toBe(before + back);
  } else if (step.what === 'tidy') table.tidy([place]);
}

test('the table has the points of each series as plain maps would, however they come and are stored', () => {
  const steps = fc.array(fc.oneof({ weight: 8, arbitrary: point }, { weight: 1, arbitrary: order }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const table = new SeriesTable();
      const series = [1, 2, 3].map((id) => ({ place: table.take(facts(id)), plain: new Plain() }));
      for (const step of all) {
        const one = series[step.series];
        if (one) take(table, one.place, one.plain, step);
      }
      for (const { place, plain } of series) expect(sorted(slotsOf(table.tailsOf(place)))).toEqual(sorted(plain.seen));
    }),
    { numRuns: 200 },
  );
});

describe('the table of series', () => {
  test('keeps apart what many series are, over several pages', () => {
    const table = new SeriesTable();
    const places = Array.from({ length: 1_500 }, (_, id) => table.take(facts(id, id % 2 === 0 ? LAYOUT : HOURS)));
    for (const [id, place] of places.entries()) table.add(place, 7_205, id);
    for (const [id, place] of places.entries()) {
      expect([table.nameOf(place), table.idOf(place), table.newestValueOf(place)]).toEqual([`s${id}`, id, id]);
      expect([table.newestOf(place), table.longestOf(place)]).toEqual([7_200, id % 2 === 0 ? 3_600 : 86_400]);
    }
  });

  test('gives the place of a forgotten series to another one, which has nothing of it', () => {
    const table = new SeriesTable();
    const first = table.take({ ...facts(1), former: [{ step: 60, points: 10 }], origin: 'received', hasBlocks: true });
    for (const time of [10, 20, 30]) table.add(first, time, time);
    table.forget(first);
    expect(table.nameOf(first)).toBe('');
    const second = table.take(facts(2));
    expect(second).toBe(first);
    expect(table.formerOf(second)).toEqual([]);
    expect([table.hasBlocks(second), table.originOf(second)]).toEqual([false, 'own']);
    expect([table.waitingOf(second), table.newestOf(second), table.newestValueOf(second)]).toEqual([0, 0, Number.NaN]);
    expect(slotsOf(table.tailsOf(second))).toEqual(new Map());
  });

  test('tells who still has a forgotten series nothing of the one that has its place', () => {
    const table = new SeriesTable();
    const place = table.take(facts(1));
    table.add(place, 10, 5);
    const series = new Series(table, place);
    expect([series.isKnown, series.newest, slotsOf(series.tails())]).toEqual([true, 10, new Map([[10, 5]])]);
    table.forget(place);
    expect([series.isKnown, series.newest, series.tails()]).toEqual([false, 0, []]);
    table.add(table.take(facts(2)), 20, 6);
    expect([series.isKnown, series.newest, series.tails()]).toEqual([false, 0, []]);
    expect([series.id, series.name]).toEqual([1, 's1']);
  });

  test('counts a point once that comes again after it could not be stored', () => {
    const table = new SeriesTable();
    const place = table.take(facts(1));
    let waiting: number = table.add(place, 10, 1);
    table.beginStoring(place);
    table.stored(place, 'failed');
    for (const [time, value] of [[10, 2] as const, [20, 3] as const]) {
      waiting += table.add(place, time, value);
      expect(waiting).toBe(table.waitingOf(place));
    }
    expect(sorted(slotsOf(table.tailsOf(place)))).toEqual([
      [10, 2],
      [20, 3],
    ]);
  });

  test('gives room back that a burst needed, and keeps what still waits', () => {
    const table = new SeriesTable();
    const places = Array.from({ length: 6_000 }, (_, id) => table.take(facts(id)));
    for (const place of places) for (const time of [10, 20, 30]) table.add(place, time, place + time);
    for (const place of places.slice(1)) {
      table.beginStoring(place);
      table.stored(place, 'done');
    }
    table.tidy(places);
    const [first = 0, second = 0] = places;
    expect(sorted(slotsOf(table.tailsOf(first)))).toEqual([10, 20, 30].map((time) => [time, first + time]));
    expect(table.waitingOf(first)).toBe(3);
    expect([table.waitingOf(second), table.hasBlocks(second), table.newestOf(second)]).toEqual([0, true, 30]);
    expect(table.add(first, 40, 7)).toBe(1);
    expect(slotsOf(table.tailsOf(first)).get(40)).toBe(7);
  });
});
