import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import colorize from '../../src/functions/colorize.ts';
import sum from '../../src/functions/sum.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import type { SeriesValues } from '../../src/model/series.ts';
import { corpusFolder } from '../support/corpus.ts';
import { collectorOf, configured, packOf, runtimeOf, written } from '../support/runtime.ts';

const WISH = { style: 'plain', charts: { points: 3, step: 10 } } as const;
const memory = collectorOf('memory', () => ({ used: 25, share: 0.5, name: 'DDR' }));

/** The values of a dashboard with this content, after the collector `memory` has run. */
async function shown(content: YamlMap, parts: Parameters<typeof runtimeOf>[1] = {}) {
  const dashboard = written('dashboard', 'linux/one', { title: 'One', content });
  const configuration = configured([dashboard], { packs: [packOf('linux', { limit: 7 })] });
  const { clock, runtime } = runtimeOf(configuration, { collectors: [memory], functions: [colorize, sum], ...parts });
  void runtime.start();
  await clock.runAsync(100);
  return await runtime.dashboards.view('one', WISH);
}

test('every kind of tile has its values', async () => {
  const view = await shown({
    vertical_split: [
      { text: { title: 'Name', value: '{{collector.memory.name}}', size: 2 } },
      {
        horizontal_split: [
          { horizontal_gauge: { title: 'Used', value: '{{collector.memory.used}}', unit: '%' } },
          { donut: { title: 'Share', value: '{{collector.memory.share}}', unit: '%' } },
          { horizontal_gauge: { title: 'Of the limit', value: '{{parameters.limit}}', unit: 'MB', max: 14 } },
        ],
      },
      { horizontal_chart: { title: 'Over time', value: '{{collector.memory.used}}', unit: '%' } },
      { table: { title: 'Table', rows: [['"a"', '1 + 1'], ['1 +']] } },
      { checks: { title: 'Checks' } },
      { members: { title: 'Nodes' } },
    ],
  });
  expect(view).toMatchObject({ id: 'linux/one', title: 'One', node: 'db-1' });
  expect(view.content).toMatchObject({
    kind: 'vertical_split',
    tiles: [
      { kind: 'text', title: 'Name', value: 'DDR', size: 2 },
      {
        kind: 'horizontal_split',
        tiles: [
          { kind: 'horizontal_gauge', value: 25, share: 0.25, unit: '%', max: null },
          { kind: 'donut', value: 50, share: 0.5 },
          { kind: 'horizontal_gauge', value: 7, share: 0.5, max: 14 },
        ],
      },
      { kind: 'horizontal_chart', value: 25, points: null },
      { kind: 'table', rows: [['a', '2'], [expect.stringContaining('error: ')]] },
      { kind: 'checks', checks: [] },
      { kind: 'members', members: [] },
    ],
  });
});

test('missing data leaves a hole in texts and nothing to draw elsewhere, and a tile that fails does not keep the others', async () => {
  const { content } = await shown({
    vertical_split: [
      { text: { title: 'a', value: "'x %s' % {{collector.none.x}}" } },
      { donut: { title: 'b', value: '{{collector.none.x}}', unit: '%' } },
      { horizontal_gauge: { title: 'c', value: '{{collector.memory.name}}', unit: '%' } },
      { text: { title: 'd', value: '1 / 0' } },
      { text: { title: 'e', value: "'fine'" } },
      { pie: {} },
    ],
  });
  expect(content).toMatchObject({
    tiles: [
      { value: 'x ' },
      { value: null, share: null, missing: 'collector.none.x: unknown collector' },
      { value: null, share: null, error: '"DDR" is no number' },
      { value: '', error: expect.stringContaining('zero') },
      { value: 'fine' },
      { kind: 'text', error: 'there is no tile "pie"' },
    ],
  });
});

test('a dashboard is found by its id or the last part of it', async () => {
  const objects = ['linux/linux', 'redis/redis', 'a/same', 'b/same'].map((id) =>
    written('dashboard', id, { title: id.toUpperCase(), content: { text: { title: '', value: '1' } } }),
  );
  const { runtime } = runtimeOf(configured(objects));
  expect(runtime.dashboards.records().map(({ id }) => id)).toEqual(['a/same', 'b/same', 'linux/linux', 'redis/redis']);
  expect(runtime.dashboards.definition('linux')).toMatchObject({ id: 'linux/linux', title: 'LINUX/LINUX', line: 1 });
  expect(() => runtime.dashboards.definition('same')).toThrow('several dashboards are named "same": a/same, b/same');
  await expect(runtime.dashboards.view('redsi', WISH)).rejects.toThrow('did you mean "redis"?');
});

/** A store that has these values of the collector's numbers, ten seconds apart, the last one now. */
function keeping(values: Readonly<Record<string, readonly number[]>>) {
  const asked: string[][] = [];
  return {
    asked,
    async read(paths: readonly { readonly text: string }[], { until }: { readonly until: number }) {
      asked.push(paths.map(({ text }) => text));
      const found = paths.flatMap(({ text }): [string, SeriesValues][] => {
        const known = values[text];
        if (!known) return [];
        const first = until - (known.length - 1) * 10;
        return [[text, { name: text, first, step: 10, values: Float64Array.from(known) }]];
      });
      return new Map(found);
    },
  };
}

/** What a chart of this value shows of the past. */
async function charted(value: string, kept: ReturnType<typeof keeping>) {
  const dashboard = written('dashboard', 'linux/one', {
    title: 'One',
    content: { horizontal_chart: { title: 'c', value, unit: '' } },
  });
  const { clock, runtime } = runtimeOf(configured([dashboard]), { collectors: [memory], kept });
  void runtime.start();
  await clock.runAsync(100);
  const { content } = await runtime.dashboards.view('one', { style: 'plain', charts: { points: 5, step: 10 } });
  return content.kind === 'horizontal_chart' ? content.points : undefined;
}

test('a chart shows what an expression would have given in the past, and its present value', async () => {
  const kept = keeping({ 'memory.used': [10, 20, Number.NaN, 40], 'memory.share': [0.5, 0.5, 0.5, 0.5] });
  expect(await charted('100 - {{collector.memory.used}}', kept)).toEqual([null, 90, 80, 80, 75]);
  expect(await charted('{{collector.memory.used}} * {{collector.memory.share}}', kept)).toEqual([
    null,
    5,
    10,
    10,
    12.5,
  ]);
  expect(kept.asked).toEqual([['memory.used'], ['memory.used', 'memory.share']]);
});

test('a store that does not read so much is told in the chart alone', async () => {
  const kept = { read: () => Promise.reject(new Error('that is too much')) };
  const value = '{{collector.memory.used}}';
  const { content } = await shown({ vertical_split: [{ horizontal_chart: { value } }, { text: { value } }] }, { kept });
  expect(content).toMatchObject({ tiles: [{ points: null, error: 'that is too much' }, { value: '25' }] });
});

test.each(['{{collector.memory.*}}', '5', '{{collector.memory.other}}', '{{variables.x}}'])(
  'nobody kept the past of %s',
  async (value) => {
    expect(await charted(value, keeping({ 'memory.used': [1] }))).toBeNull();
  },
);

const CORPUS = ['linux', 'raspberry-pi', 'redis', 'mongodb'].map(
  (name) => [name, join(corpusFolder, `global-configuration/packs/${name}/dashboards/${name}.yml`)] as const,
);

test.each(CORPUS.filter(([, file]) => existsSync(file)))(
  'the dashboard %s of users of the original has values',
  async (_, file) => {
    const { dashboard } = parse(await readFile(file, 'utf8'));
    const { content } = await shown(dashboard.content);
    expect(JSON.stringify(content)).not.toContain('"error"');
  },
);
