import { describe, expect, test } from 'vitest';
import { shownWidth } from '../../../src/cli/dashboard/ansi.ts';
import { drawDashboard } from '../../../src/cli/dashboard/draw.ts';
import type { DashboardView, Tile } from '../../../src/model/dashboard.ts';

const LOOK = { unicode: true, paint: (text: string) => text };
const ASCII = { ...LOOK, unicode: false };
const at = (content: Tile): DashboardView => ({ id: 'a/b', title: 'Board', node: 'n1', at: 0, content });
const measured = { unit: '%', max: null };
const gauge = (share: number | null, title = 'Gauge'): Tile => ({
  ...{ kind: 'horizontal_gauge', title, ...measured },
  value: share === null ? null : share * 100,
  share,
});
const donut = (share: number | null): Tile => ({
  ...{ kind: 'donut', title: 'Donut', ...measured },
  value: share === null ? null : share * 100,
  share,
});
const chart = (points: readonly (number | null)[], over: object = {}): Tile => ({
  ...{ kind: 'horizontal_chart', title: 'Chart', ...measured, step: 10 },
  value: points.at(-1) ?? null,
  points,
  ...over,
});

/** A tile in 40 columns, without the headline. */
const drawn = (tile: Tile, look = LOOK) =>
  drawDashboard(at(tile), 'now', { columns: 40 }, look)
    .slice(1)
    .map((line) => line.trimEnd());

describe('a tile', () => {
  test('a text keeps its colours and breaks at blanks', () => {
    const value = `Linux \u001b[34mdebian\u001b[0m with a rather long name of its processor\nend`;
    expect(drawn({ kind: 'text', title: 'General', value })).toEqual([
      '─ General ──────────────────────────────',
      'Linux \u001b[34mdebian\u001b[0m with a rather long name of',
      'its processor',
      'end',
    ]);
  });

  test.each([
    [gauge(0.5), '███████████████░░░░░░░░░░░░░░ 50 %'],
    [gauge(0), '░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 %'],
    [gauge(1), '█████████████████████████████ 100 %'],
    [gauge(null), 'n/a'],
  ])('a gauge is a bar with its number', (tile, expected) => {
    expect(drawn(tile)[1]).toBe(expected);
  });

  test('a donut is a ring, with n/a when there is nothing to show', () => {
    expect(drawn(donut(0.42))).toEqual([
      '─ Donut ────────────────────────────────',
      '               ⢀⣤⣶⣿⣿⣿⣷⣦⣄',
      '              ⢰⣿⣿⣿⠿⠛⠻⢿⣿⣿⣷',
      '              ⣿⣿⣿⠃ 42 ⢻⣿⣿⡇',
      '              ⢿⣿⣿⣆ % ⢀⣾⣿⣿⠇',
      '              ⠘⢿⣿⣿⣿⣶⣾⣿⣿⣿⠟',
      '                ⠙⠿⣿⣿⣿⡿⠟⠁',
    ]);
    expect(drawn(donut(null))[3]).toContain('n/a');
    expect(drawn(donut(0.42), ASCII)).toEqual([
      '- Donut --------------------------------',
      '############................. 42 %',
    ]);
  });

  test('a ring is coloured up to its share, clockwise from the top', () => {
    const paint = (text: string, colour: string) => (colour === 'green' ? 'g' : colour === 'grey' ? '.' : text);
    const rows = drawDashboard(at(donut(0.5)), 'now', { columns: 40 }, { unicode: true, paint });
    expect(rows.slice(2).map((line) => line.trim())).toEqual([
      '....ggggg',
      '.....gggggg',
      '.... 50 gggg',
      '.... % ggggg',
      '......ggggg',
      '....gggg',
    ]);
  });

  test('a chart has its scale beside it, and a gap where nothing is known', () => {
    expect(drawn(chart([0, 50, null, 100]))).toEqual([
      '─ Chart ────────────────────────────────',
      `${'⠀'.repeat(29)}⠈ 100`,
      `${'⠀'.repeat(28)}⢀⠀`,
      `${'⠀'.repeat(28)}⢸⠀ 100 %`,
      `${'⠀'.repeat(28)}⡸⠀ 0`,
    ]);
    expect(drawn(chart([]))).toEqual(['─ Chart ────────────────────────────────', 'n/a', '', '', '']);
    expect(drawn(chart([2, 2_500_000], { unit: 'B' }))[1]).toContain('2.5M');
    expect(drawn(chart([1, -5], { unit: 'C', max: 10 }))[4]).toMatch(/-5$/);
    expect(drawn(chart([0, 100]), ASCII)[1]).toBe(`${' '.repeat(29)}* 100`);
  });
});

describe('several things in a tile', () => {
  test('tables, checks and nodes stand in columns', () => {
    expect(
      drawn({
        kind: 'table',
        title: 'T',
        rows: [
          ['a', 'bb'],
          ['ccc', 'd\u001b[2J'],
        ],
      }).slice(1),
    ).toEqual(['a    bb', 'ccc  d\\e[2J']);
    const checks = [
      { name: 'Load', state: 'ok', output: 'fine\nmore' },
      { name: 'Disk', state: 'critical', output: '' },
    ] as const;
    expect(drawn({ kind: 'checks', title: 'T', checks }).slice(1)).toEqual([
      '√ ok        Load  fine',
      'Х critical  Disk',
    ]);
    const members = [{ name: 'n1', state: 'alive', zone: 'lan', groups: ['kv', 'web'] }] as const;
    expect(drawn({ kind: 'members', title: 'T', members }).slice(1)).toEqual(['√ alive  n1  lan  kv, web']);
    expect(drawn({ kind: 'checks', title: '', checks: [] })).toEqual(['─'.repeat(40), 'no checks']);
  });

  test('one that failed says so, and the others are drawn', () => {
    const failed: Tile = { kind: 'text', title: 'Bad', value: '', error: 'no function is named "x"' };
    expect(drawn({ kind: 'vertical_split', tiles: [failed, gauge(null)] })).toEqual([
      '─ Bad ──────────────────────────────────',
      'error: no function is named "x"',
      '─ Gauge ────────────────────────────────',
      'n/a',
    ]);
  });
});

describe('tiles side by side', () => {
  test('share the width, by their sizes if they have some', () => {
    expect(drawn({ kind: 'horizontal_split', tiles: [gauge(null, 'A'), gauge(0.5, 'B')] })).toEqual([
      '─ A ───────────────  ─ B ───────────────',
      'n/a                  ████░░░░ 50 %',
    ]);
    const sized = { kind: 'text', title: 'A', value: '', size: 3 } as const;
    const lines = drawDashboard(
      at({ kind: 'horizontal_split', tiles: [sized, { ...sized, title: 'B', size: 1 }] }),
      'now',
      { columns: 82 },
      LOOK,
    );
    expect(lines[1]?.indexOf('─ B')).toBe(62);
  });

  test('stand one below the other where there is no room', () => {
    expect(
      drawn({ kind: 'horizontal_split', tiles: [gauge(null, 'A'), gauge(null, 'B'), gauge(null, 'C')] }),
    ).toHaveLength(6);
  });
});

describe('the page', () => {
  test('begins with its title, the node and the time', () => {
    const [first] = drawDashboard(at(gauge(null)), '12:00', { columns: 40 }, LOOK);
    expect(first).toBe('Board                          n1  12:00');
  });

  test.each([40, 41, 80, 133, 200])('has lines of exactly %i columns', (columns) => {
    const tiles: Tile[] = [
      {
        kind: 'text',
        title: 'A title that is far too long for the place that there is in the line'.repeat(4),
        value: '漢字'.repeat(99),
      },
      { kind: 'horizontal_split', tiles: [gauge(0.3), donut(0.3), chart([1, 2])] },
    ];
    const widths = drawDashboard(at({ kind: 'vertical_split', tiles }), 'now', { columns }, LOOK).map(shownWidth);
    expect(new Set(widths)).toEqual(new Set([columns]));
  });

  test('is 40 columns wide at least, and charts take the rows that are left', () => {
    expect(drawDashboard(at(gauge(0.5)), 'now', { columns: 10 }, LOOK).map(shownWidth)).toEqual([40, 40, 40]);
    const split: Tile = { kind: 'vertical_split', tiles: [chart([1]), chart([2])] };
    expect(drawDashboard(at(split), 'now', { columns: 80 }, LOOK)).toHaveLength(11);
    expect(drawDashboard(at(split), 'now', { columns: 80, rows: 20 }, LOOK)).toHaveLength(19);
    expect(drawDashboard(at(split), 'now', { columns: 80, rows: 200 }, LOOK)).toHaveLength(27);
    expect(drawDashboard(at(split), 'now', { columns: 80, rows: 5 }, LOOK)).toHaveLength(11);
  });
});
