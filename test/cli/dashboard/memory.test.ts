import { expect, test } from 'vitest';
import { Memory } from '../../../src/cli/dashboard/memory.ts';
import type { DashboardView, Tile } from '../../../src/model/dashboard.ts';

const view = (...tiles: readonly Tile[]): DashboardView => ({
  id: 'a/b',
  title: 'B',
  node: 'n1',
  at: 0,
  content: { kind: 'vertical_split', tiles },
});
const chart = (value: number | null, points: readonly number[] | null): Tile => ({
  ...{ kind: 'horizontal_chart', title: '', unit: '', max: null, step: 10 },
  value,
  points,
});
const gauge = (value: number | null, unit = 'MB'): Tile => ({
  ...{ kind: 'horizontal_gauge', title: '', max: null, share: null },
  value,
  unit,
});

/** The last of several looks. */
function after(...looks: readonly (readonly Tile[])[]) {
  const memory = new Memory();
  const shown = looks.map((tiles) => memory.complete(view(...tiles)).content);
  const last = shown.at(-1);
  return last?.kind === 'vertical_split' ? last.tiles : [];
}

test('a chart of which nobody keeps the past grows while one looks', () => {
  const tiles = after(
    [chart(1, null), chart(5, null)],
    [chart(null, null), chart(6, null)],
    [chart(3, null), chart(7, null)],
  );
  expect(tiles).toMatchObject([{ points: [1, null, 3] }, { points: [5, 6, 7] }]);
  expect(after([chart(1, [8, 9])], [chart(2, [9, 2])])).toMatchObject([{ points: [9, 2] }]);
});

test('a bar without an end reaches to the greatest value that was seen', () => {
  expect(after([gauge(4)])).toMatchObject([{ share: 1, max: 4 }]);
  expect(after([gauge(4)], [gauge(1)])).toMatchObject([{ share: 0.25, max: 4 }]);
  expect(after([gauge(0)])).toMatchObject([{ share: 0 }]);
  expect(after([gauge(null)])).toMatchObject([{ share: null, max: null }]);
  expect(after([gauge(150, '%')])).toMatchObject([{ share: null, max: null }]);
});
