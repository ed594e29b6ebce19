import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fetched } from '../../src/render/series.ts';
import { svgOf } from '../../src/render/svg.ts';

const SIZE = { width: 300, height: 200, timeZone: 'UTC' };
const series = (name: string, values: readonly number[], first = 1_700_000_000) =>
  fetched({ name, first, step: 10, values: Float64Array.from(values) }, { pathExpression: name, xFilesFactor: 0 });
const shown = (...all: readonly ReturnType<typeof series>[]) => svgOf(all, SIZE);

test('a series is a line from edge to edge, with a scale, times and its name', () => {
  const svg = shown(series('web.cpu', [0, 50, 100]));
  expect(svg).toContain('d="M56.0 168.0h0L134.0 89.0L212.0 10.0"');
  expect([...svg.matchAll(/text-anchor="end">([^<]+)</g)].map(([, text]) => text)).toEqual([
    '0',
    '25',
    '50',
    '75',
    '100',
  ]);
  expect(svg).toContain('>22:13</text>');
  expect(svg).toContain('>web.cpu</text>');
});

test('a line ends where there is no value, and one value alone is a dot', () => {
  expect(shown(series('a', [1, Number.NaN, 2, 3]))).toMatch(/d="M[\d. ]+h0M[\d. ]+h0L[\d. ]+"/);
});

test('nothing, no values and equal values are pictures too', () => {
  for (const all of [[], [series('a', [Number.NaN])], [series('a', [5, 5])], [series('a', [])]])
    expect(svgOf(all, SIZE)).not.toMatch(/NaN|Infinity|undefined/);
});

test('names are text, whatever they hold', () => {
  const svg = shown(series('x<script>alert(1)</script>&"\u0000', [1]));
  expect(svg).not.toMatch(/<script|\p{Cc}(?<!\n)/u);
  expect(svg).toContain('x&#60;script&#62;');
  const name = fc.string({ unit: 'binary', minLength: 1 });
  fc.assert(
    fc.property(name, (each) => {
      expect(shown(series(each, [1])).match(/<[a-z/]+/g)).toEqual(shown(series('a', [1])).match(/<[a-z/]+/g));
    }),
  );
});

test('more series than there is room for are drawn, and the first ten named', () => {
  const svg = shown(...Array.from({ length: 14 }, (_, at) => series(`s${at}`, [at, at + 1])));
  expect(svg.match(/<path/g)).toHaveLength(14);
  expect(svg.match(/>s\d+</g)).toHaveLength(10);
});
